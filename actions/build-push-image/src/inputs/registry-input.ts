import { parseRegistryName, type RegistryName } from '../../../lib/identifiers.ts';
import { isSameRepository } from '../../../lib/images/references.ts';
import type { InputReader } from '../../../lib/runner/inputs.ts';

/** The registries that an image is pushed to. */
export interface Registries {
  /** The first one, which images are built into and which the outputs name. */
  registry: RegistryName;
  /** Those that the images are copied to. */
  otherRegistries: readonly RegistryName[];
}

const EXAMPLE = 'ghcr.io/my-org';

/** One registry per line. A name that is not in lower case is a notice. */
export function readRegistries(reader: InputReader, notices: string[]): Registries {
  reader.required('registry', EXAMPLE);
  const lines = reader.lines('registry');
  const registries =
    lines.length > 1
      ? reader.parsedLines('registry', parseRegistryName, EXAMPLE)
      : [reader.parsed('registry', parseRegistryName, EXAMPLE)].filter((registry) => registry !== undefined);
  for (const registry of registries)
    if (!lines.some(({ text }) => text === registry))
      notices.push(`The registry is written ${registry}: names are lower case.`);
  for (const [index, registry] of registries.entries()) {
    const earlier = registries.slice(0, index).find((other) => isSameRepository(`${registry}/x`, `${other}/x`));
    if (earlier !== undefined)
      reader.addProblem({
        input: 'registry',
        value: registry,
        problem: earlier === registry ? 'is named twice' : `is the same registry as ${earlier}`,
        advice: 'remove one of the lines',
      });
  }
  const [registry = '' as RegistryName, ...otherRegistries] = registries;
  return { registry, otherRegistries };
}
