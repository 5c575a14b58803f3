/**
 * Writes every committed file that is generated from others: the workflows, their types, the tables in the READMEs.
 *
 *   node scripts/generate.ts [--check]
 *
 * `--check` writes nothing. It prints the differences, and fails if there are any.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createTwoFilesPatch } from 'diff';
import type { GeneratedFile } from '../workflows-src/generated-file.ts';
import { workflowFiles } from '../workflows-src/index.ts';
import { actionDocs } from './generators/action-docs.ts';
import { readActions } from './generators/action-metadata.ts';
import { actionTypes } from './generators/action-types.ts';
import { chartDocs } from './generators/chart-docs.ts';
import { replaceSections } from './generators/markdown.ts';
import { ruleDocs } from './generators/rule-docs.ts';
import { terraformDocs } from './generators/terraform-docs.ts';

/** All generated files, from the sources as they are now. */
export async function generate(root: string): Promise<GeneratedFile[]> {
  const actions = await readActions(root);
  const sections = [...actionDocs(actions), ...ruleDocs(), ...(await chartDocs(root)), ...(await terraformDocs(root))];
  return [...actionTypes(actions), ...workflowFiles(), ...(await replaceSections(root, sections))];
}

/** The files whose committed content differs from the generated content. */
export async function findStale(
  root: string,
  files: readonly GeneratedFile[],
): Promise<(GeneratedFile & { current: string })[]> {
  const compared = await Promise.all(
    files.map(async (file) => ({ ...file, current: await currentContent(join(root, file.path)) })),
  );
  return compared.filter(({ current, content }) => current !== content);
}

/** Empty for a file that does not exist yet. */
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
  const stale = await findStale(root, await generate(root));
  if (values.check) {
    for (const { path, current, content } of stale)
      console.error(createTwoFilesPatch(`${path} (committed)`, `${path} (generated)`, current, content));
    if (stale.length === 0) return;
    console.error(
      `Generated files are stale. Run \`npm run generate\` and commit:\n${stale.map(({ path }) => `  ${path}`).join('\n')}`,
    );
    process.exitCode = 1;
    return;
  }
  for (const { path, content } of stale) {
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
