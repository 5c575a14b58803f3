import { invalid } from '../errors.ts';
import { presentLabel } from '../present/pull.ts';
import { setLabels } from '../pulls/people.ts';
import { type Call, created, type Handlers, type Reply } from '../rest/call.ts';
import type { Label, Pull } from '../store/types.ts';
import { findPull } from './find-pull.ts';

const MAX_NAME_LENGTH = 50;

type NewLabel = Pick<Label, 'name'> & Partial<Pick<Label, 'color' | 'description'>>;

/** @throws ApiError 422 when the name is too long */
function putLabel(call: Call, { name, color = 'ededed', description = null }: NewLabel): Label {
  const { store } = call.core;
  if ([...name].length > MAX_NAME_LENGTH)
    throw invalid('Label', 'name', {
      code: 'custom',
      message: `name is too long (maximum is ${MAX_NAME_LENGTH} characters)`,
    });
  return store.labels.put(call.repository.id, name.toLowerCase(), { id: store.nextId(), name, color, description });
}

function findLabel({ core, repository }: Call, name: string): Label | undefined {
  return core.store.labels.get(repository.id, name.toLowerCase());
}

const ensureLabel = (call: Call, name: string): Label => findLabel(call, name) ?? putLabel(call, { name });

function createLabel(call: Call): Reply {
  const body = call.body<NewLabel>();
  if (findLabel(call, body.name)) throw invalid('Label', 'name', { code: 'already_exists' });
  return created(presentLabel(call, putLabel(call, body)));
}

function getLabels(call: Call, pull: Pull): Label[] {
  return pull.labels.map((name) => findLabel(call, name)).filter((label) => label !== undefined);
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
  'issues/create-label': createLabel,
  'issues/add-labels': addLabels,
};
