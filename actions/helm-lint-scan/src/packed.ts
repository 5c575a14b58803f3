import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/** What Helm itself takes: https://github.com/helm/helm/blob/main/pkg/chart/loader/archive/archive.go */
const MAX_BYTES = 100 * 1024 * 1024;
const BLOCK = 512;

/**
 * The Chart.yaml and values.yaml in a packed chart and in those within it, by path: `cache/charts/disk/values.yaml`.
 * Of an archive that is broken Helm says what is wrong; here it has none.
 */
export async function packedTexts(archive: string): Promise<Map<string, string>> {
  try {
    return tarTexts(await promisify(gunzip)(await readFile(archive), { maxOutputLength: MAX_BYTES }));
  } catch (error) {
    if (/^(?:Z_|ERR_BUFFER_TOO_LARGE)/.test((error as NodeJS.ErrnoException).code ?? '')) return new Map();
    throw error;
  }
}

/** Source: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html, "ustar Interchange Format" */
function tarTexts(tar: Buffer): Map<string, string> {
  const texts = new Map<string, string>();
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const field = (from: number, to: number): string =>
      tar
        .toString('utf8', at + from, at + to)
        .replace(/\0.*$/s, '')
        .trim();
    const [name, prefix] = [field(0, 100), field(345, 500)];
    const size = Number.parseInt(field(124, 136), 8);
    if (name === '' || Number.isNaN(size)) break;
    const path = (prefix === '' ? name : `${prefix}/${name}`).replace(/^\.\//, '');
    const start = at + BLOCK;
    if (/\/(?:Chart|values)\.yaml$/.test(path)) texts.set(path, tar.toString('utf8', start, start + size));
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return texts;
}
