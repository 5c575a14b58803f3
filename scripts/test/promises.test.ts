import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');
const PAGES = ['docs/security.md', 'SECURITY.md'];

interface PromiseRow {
  page: string;
  promise: string;
  tests: { file: string; title: string }[];
}

/** The rows of the tables whose second column is `test`: a promise, and links `[title](file)` to its tests. */
async function readPromises(page: string): Promise<PromiseRow[]> {
  const rows: PromiseRow[] = [];
  let inTable = false;
  for (const line of (await readFile(join(root, page), 'utf8')).split('\n')) {
    const [, promise = '', test = ''] = line.startsWith('|') ? line.split(/(?<!\\)\|/).map((cell) => cell.trim()) : [];
    if (promise === '') inTable = false;
    else if (test === 'test') inTable = true;
    else if (inTable && !/^-+$/.test(promise)) {
      const links = [...test.matchAll(/\[((?:[^\]\\]|\\.)+)\]\(([^)]+)\)/g)];
      rows.push({
        page,
        promise,
        tests: links.map(([, title = '', file = '']) => ({
          title: title.replaceAll(/\\(.)/g, '$1'),
          file: join(page, '..', file),
        })),
      });
    }
  }
  return rows;
}

/** Whether a test file contains a title, as Jest or `terraform test` shows it before values are inserted. */
async function hasTest(file: string, title: string): Promise<boolean> {
  if (!existsSync(join(root, file))) return false;
  const source = await readFile(join(root, file), 'utf8');
  const quoted = ["'", '"', '`'].map((quote) => `${quote}${title.replaceAll(quote, `\\${quote}`)}${quote}`);
  const starts = file.endsWith('.hcl')
    ? [`run "${title}"`]
    : quoted.flatMap((literal) => [`(${literal}`, `(\n    ${literal}`]);
  return starts.some((start) => source.replaceAll(/\(\s+(?=['"`])/g, '(').includes(start));
}

const promises = (await Promise.all(PAGES.map(readPromises))).flat();

describe('the promises of the security model', () => {
  it('are found', () => {
    expect(promises.length).toBeGreaterThan(25);
  });

  it.each(promises)('$page: $promise', async ({ tests }) => {
    expect(tests.length).toBeGreaterThan(0);
    const missing = [];
    for (const { file, title } of tests) if (!(await hasTest(file, title))) missing.push(`${file}: ${title}`);
    expect(missing).toEqual([]);
  });
});
