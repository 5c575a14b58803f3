import { type Field, type Fields, type ListNode, renamed } from './containers.ts';
import type { Detector, FoundImage } from './detector.ts';
import { GLOBAL_KEYS } from './registries.ts';
import { imagesInFields } from './separate-keys.ts';

/**
 * Pairs of `name` and `value` in a list, where one is the repository and another the tag: `helm.parameters` of an Argo CD Application, also
 * in an ApplicationSet and in `sources`. https://argo-cd.readthedocs.io/en/stable/user-guide/helm/#helm-parameters
 */
export const parameters: Detector = { name: 'parameters', inList: (list) => imagesInParameters(list) };

const imagesInParameters = (list: ListNode): FoundImage[] =>
  parameterGroups(list).flatMap(({ fields }) =>
    imagesInFields(fields).map((image) => ({ ...image, addable: {}, naming: undefined })),
  );

/** Parameters whose names differ in nothing but the last key. */
export interface ParameterGroup {
  /** The keys before the last: `web`, `image` for `web.image.tag`. */
  path: string[];
  fields: Fields;
}

export function parameterGroups(list: ListNode): ParameterGroup[] {
  const values = list.mappings.flatMap(({ fields }) => {
    const [name, value] = ['name', 'value'].map((key) => fields.find((field) => field.name === key));
    return name === undefined || value === undefined ? [] : [renamed(value, name.text)];
  });
  const registries = registriesAmong(values, list.registries);
  return [...Map.groupBy(values, ({ name }) => prefixOf(name))].map(([prefix, group]) => ({
    path: prefix.split('.').slice(0, -1),
    fields: toFields(prefix, group, { list, registries }),
  }));
}

/** `web.image.` of `web.image.tag`. */
const prefixOf = (name: string): string => name.slice(0, name.lastIndexOf('.') + 1);

function toFields(
  prefix: string,
  group: readonly Field[],
  { list, registries }: { list: ListNode; registries: readonly string[] },
): Fields {
  const [first] = group;
  return {
    steps: first?.steps ?? list.steps,
    offset: first?.offset ?? 0,
    fields: group.map((field) => renamed(field, field.name.slice(prefix.length))),
    registries,
  };
}

const REGISTRY_PARAMETERS = GLOBAL_KEYS.map((keys) => keys.join('.'));

function registriesAmong(values: readonly Field[], outer: readonly string[]): readonly string[] {
  const own = values
    .filter(({ name, text }) => REGISTRY_PARAMETERS.includes(name) && text !== '')
    .map(({ text }) => text);
  return own.length > 0 ? own : outer;
}
