import { notFound } from '../errors.ts';
import { presentLabel } from '../present/pull.ts';
import { emitPull } from '../pulls/events.ts';
import type { Call, Handlers, Reply } from '../rest/call.ts';
import { now } from '../store/store.ts';
import type { Label, Pull } from '../store/types.ts';

/** Issues exist here only as the other side of pull requests. */
function issueOf(call: Call): Pull {
  const pull = call.core.store.pulls.get(call.repository.id, call.number('issue_number'));
  if (!pull) throw notFound();
  return pull;
}

function ensureLabel(call: Call, name: string): Label {
  const { store } = call.core;
  const known = store.labels.get(call.repository.id, name.toLowerCase());
  if (known) return known;
  const label: Label = { id: store.nextId(), name, color: 'ededed', description: null };
  return store.labels.put(call.repository.id, name.toLowerCase(), label);
}

function labelsOf(call: Call, pull: Pull): Label[] {
  return pull.labels
    .map((name) => call.core.store.labels.get(call.repository.id, name.toLowerCase()))
    .filter((label) => label !== undefined);
}

type LabelsBody = { labels?: (string | { name: string })[] } | (string | { name: string })[];

function namesIn(body: LabelsBody): string[] {
  const list = Array.isArray(body) ? body : (body.labels ?? []);
  return list.map((label) => (typeof label === 'string' ? label : label.name));
}

async function setLabels(call: Call, names: readonly string[]): Promise<Reply> {
  const pull = issueOf(call);
  const labels = names.map((name) => ensureLabel(call, name).name);
  const changed: Pull = { ...pull, labels: [...new Set(labels)], updatedAt: now() };
  call.core.store.pulls.put(call.repository.id, pull.number, changed);
  if (changed.labels.some((name) => !pull.labels.includes(name))) {
    await emitPull(call.core, call.repository, call.actor, changed, 'labeled');
  }
  return call.list(labelsOf(call, changed), (label) => presentLabel(call.core, call.repository, label));
}

export const labelHandlers: Handlers = {
  'issues/add-labels': (call) => setLabels(call, [...issueOf(call).labels, ...namesIn(call.body<LabelsBody>())]),
};
