import { invalid } from '../errors.ts';
import { presentLabel } from '../present/pull.ts';
import { setLabels } from '../pulls/people.ts';
import type { Call, Handlers, Reply } from '../rest/call.ts';
import type { Label, Pull } from '../store/types.ts';
import { findPull } from './find-pull.ts';

const MAX_NAME_LENGTH = 50;

function ensureLabel(call: Call, name: string): Label {
  const { store } = call.core;
  if ([...name].length > MAX_NAME_LENGTH)
    throw invalid('Label', 'name', {
      code: 'custom',
      message: `name is too long (maximum is ${MAX_NAME_LENGTH} characters)`,
    });
  const existing = store.labels.get(call.repository.id, name.toLowerCase());
  if (existing) return existing;
  const label: Label = { id: store.nextId(), name, color: 'ededed', description: null };
  return store.labels.put(call.repository.id, name.toLowerCase(), label);
}

function getLabels(call: Call, pull: Pull): Label[] {
  return pull.labels
    .map((name) => call.core.store.labels.get(call.repository.id, name.toLowerCase()))
    .filter((label) => label !== undefined);
}

type LabelsBody = { labels?: (string | { name: string })[] } | (string | { name: string })[];

function readNames(body: LabelsBody): string[] {
  const list = Array.isArray(body) ? body : (body.labels ?? []);
  return list.map((label) => (typeof label === 'string' ? label : label.name));
}

async function addLabels(call: Call): Promise<Reply> {
  const pull = findPull(call, 'issue_number');
  const names = readNames(call.body<LabelsBody>()).map((name) => ensureLabel(call, name).name);
  const changed = await setLabels(call, pull, [...pull.labels, ...names]);
  return call.list(getLabels(call, changed), (label) => presentLabel(call, label));
}

export const labelHandlers: Handlers = {
  'issues/add-labels': addLabels,
};
