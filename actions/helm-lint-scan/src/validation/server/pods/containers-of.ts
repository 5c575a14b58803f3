import type { Field } from '../field.ts';

/** All containers of a pod. */
export const containersOf = (pod: Field): Field[] =>
  ['initContainers', 'containers', 'ephemeralContainers'].flatMap((key) => pod.at(key).items);
