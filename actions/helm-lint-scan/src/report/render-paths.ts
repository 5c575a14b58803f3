import { createHash } from 'node:crypto';
import { join } from 'node:path/posix';
import type { CaseId } from '../findings/findings.ts';

/** File systems take names of 255 bytes; a letter has at most four. */
const MAX_BYTES = 240;
const MAX_LETTERS = 50;

/**
 * Where each case is written, below the directory: `helm/shop/ci-ha/1.34.yaml`. No two are the same,
 * also where capitals make no difference: names that would be are told apart by a few digits.
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
    const alone =
      groups.get(key(path))?.length === 1 && /[^.]/.test(directory) && Buffer.byteLength(directory) <= MAX_BYTES;
    return join(subject, alone ? directory : `${directory.slice(0, MAX_LETTERS)}-${digits(values)}`, file);
  });
}

const directoryName = (values: string): string =>
  values.replace(/\.ya?ml$/, '').replaceAll(/[^\p{L}\p{M}\p{N}_.-]+/gu, '-');

const digits = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);
