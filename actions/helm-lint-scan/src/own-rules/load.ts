import { ActionError } from '../../../lib/errors.ts';
import type { Suppression } from '../findings/suppressions.ts';
import type { Files } from '../inputs/files.ts';
import type { Settings } from '../inputs/inputs.ts';
import { distinctFiles, type ManifestFile, readManifestFiles } from '../manifests/files.ts';
import { OWN_PREFIX, type OwnRule } from './own-rule.ts';

const INPUT = 'rules-files';

/**
 * The rules of the repository. The parsers are loaded only when there is a file.
 * @throws {ActionError} with every problem of the files
 */
export async function loadOwnRules(files: Files, settings: Pick<Settings, 'rulesFiles'>): Promise<OwnRule[]> {
  const found = await findFiles(files, settings.rulesFiles);
  if (found.length === 0) return [];
  const { readOwnRules } = await import('./read-rules.ts');
  return readOwnRules(found);
}

async function findFiles(files: Files, { patterns, required }: Settings['rulesFiles']): Promise<ManifestFile[]> {
  if (required) return distinctFiles(await readManifestFiles(files, INPUT, patterns));
  const texts = await Promise.all(patterns.map(async (path) => ({ path, text: await files.read(path, INPUT) })));
  return texts.flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text }]));
}

/** @throws {ActionError} when the input rules or the ignore file names a rule that the repository does not have */
export function assertOwnRulesExist(
  { levels, ignoreFile }: Pick<Settings, 'levels' | 'ignoreFile'>,
  suppressions: readonly Suppression[],
  rules: readonly OwnRule[],
): void {
  const ids = rules.map(({ id }) => id);
  const named = [
    ...[...levels.keys()].map((id) => ({ id, where: 'the input rules' })),
    ...suppressions.map(({ rule, line }) => ({ id: rule, where: `${ignoreFile.path}, line ${line}` })),
  ];
  const unknown = named.filter(({ id }) => id.startsWith(OWN_PREFIX) && !ids.includes(id));
  if (unknown.length === 0) return;
  throw new ActionError({
    what: 'unknown rule of the repository',
    why: unknown.map(({ id, where }) => `${where} names ${id}`).join('\n'),
    next: ids.length === 0 ? `Name the file with the rule in the input ${INPUT}.` : `The rules are ${ids.join(', ')}.`,
  });
}
