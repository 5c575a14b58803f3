/**
 * Writes every committed file that is made from something else: the workflows, their types, the tables in the documents.
 *
 *   node scripts/generate.ts [--check]
 *
 * `--check` writes nothing; it shows what differs and fails when anything does.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createTwoFilesPatch } from 'diff';
import { workflowFiles } from '../workflows-src/index.ts';
import { actionDocs } from './action-docs.ts';
import { readActions } from './action-metadata.ts';
import { actionTypes } from './action-types.ts';
import { chartDocs } from './chart-docs.ts';
import type { GeneratedFile } from './generated-file.ts';
import { terraformDocs } from './terraform-docs.ts';

/** Everything that is generated, from the sources as they are now. */
export async function generate(root: string): Promise<GeneratedFile[]> {
  const actions = await readActions(root);
  const documents = await Promise.all([actionDocs(root, actions), chartDocs(root), terraformDocs(root)]);
  return [...actionTypes(actions), ...workflowFiles(), ...documents.flat()];
}

/** The files that are not as generated. */
export async function stale(
  root: string,
  files: readonly GeneratedFile[],
): Promise<(GeneratedFile & { current: string })[]> {
  const compared = await Promise.all(
    files.map(async (file) => ({ ...file, current: await currentContent(join(root, file.path)) })),
  );
  return compared.filter(({ current, content }) => current !== content);
}

/** A file that does not exist yet has no content. */
async function currentContent(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const root = join(import.meta.dirname, '..');
  const changes = await stale(root, await generate(root));
  if (values.check) {
    for (const { path, current, content } of changes)
      console.error(createTwoFilesPatch(`${path} (committed)`, `${path} (generated)`, current, content));
    if (changes.length === 0) return;
    console.error(
      `not as generated; run \`npm run generate\` and commit:\n${changes.map(({ path }) => `  ${path}`).join('\n')}`,
    );
    process.exitCode = 1;
    return;
  }
  for (const { path, content } of changes) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
    console.log(`wrote ${path}`);
  }
}

if (import.meta.main) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
