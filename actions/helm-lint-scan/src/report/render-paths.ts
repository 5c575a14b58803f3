import { createHash } from 'node:crypto';
import { join } from 'node:path/posix';
import type { CaseId } from '../findings/findings.ts';

/** File systems allow names of 255 bytes; a character has at most four. */
const MAX_BYTES = 240;
const MAX_CHARACTERS = 50;

/**
 * The path of each rendered case in the directory: `helm/shop/ci-ha/1.34.yaml`. All differ, also on file systems that ignore case:
 * names that would be equal get a few digits of a hash.
 */
export function renderPaths(cases: readonly CaseId[]): string[] {
  const paths = cases.map(({ subject, values, kubeVersion }) => ({
    subject,
    values,
    directory: directoryName(values),
    file: `${kubeVersion}.yaml`,
  }));
  const key = ({ subject, directory, file }: (typeof paths)[number]): string =>
    join(subject, directory, file).toLowerCase();
  const groups = Map.groupBy(paths, key);
  return paths.map((path) => {
    const { subject, values, directory, file } = path;
    const isUnique =
      groups.get(key(path))?.length === 1 && /[^.]/.test(directory) && Buffer.byteLength(directory) <= MAX_BYTES;
    return join(subject, isUnique ? directory : `${directory.slice(0, MAX_CHARACTERS)}-${shortHash(values)}`, file);
  });
}

const directoryName = (values: string): string =>
  values.replace(/\.ya?ml$/, '').replaceAll(/[^\p{L}\p{M}\p{N}_.-]+/gu, '-');

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);
