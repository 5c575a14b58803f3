import { createHash } from 'node:crypto';
import type { Commit } from '../../src/history/history.ts';
import { listChanges } from '../../src/notes/changes.ts';
import { DEFAULT_CONFIG, groupChanges, knownTypes, type LabelsOf, type NotesConfig } from '../../src/notes/sections.ts';

/** A commit with an id that follows from its name. */
export const sha = (name: string): string => createHash('sha1').update(name).digest('hex');

export interface CommitOptions {
  /** Names of commits. */
  parents?: readonly string[];
  login?: string;
  author?: string;
}

export const commit = (
  name: string,
  message: string,
  { parents = [], login, author = '' }: CommitOptions = {},
): Commit => ({ sha: sha(name), message, parents: parents.map(sha), author: { name: author, login } });

/** Commits on one line, oldest first, named `c0`, `c1`, … */
export const line = (...messages: string[]): Commit[] =>
  messages.map((message, index) => commit(`c${index}`, message, { parents: index === 0 ? [] : [`c${index - 1}`] }));

const noLabels: LabelsOf = () => Promise.reject(new Error('labels are requested'));

/** The notes by section, each change as `scope: subject #12`; breaking changes under `Breaking`. */
export async function notesOf(
  commits: readonly Commit[],
  config: NotesConfig = DEFAULT_CONFIG,
  labelsOf: LabelsOf = noLabels,
): Promise<Record<string, string[]>> {
  const changes = listChanges(commits, knownTypes(config));
  const format = (scope: string | undefined, subject: string, number: number | undefined): string =>
    `${scope === undefined ? '' : `${scope}: `}${subject}${number === undefined ? '' : ` #${number}`}`;
  const breaking = changes.flatMap((change) =>
    change.breaking.map(({ scope, text }) => format(scope, text, change.pullRequest)),
  );
  const sections = await groupChanges(changes, config, labelsOf);
  return {
    ...(breaking.length === 0 ? {} : { Breaking: breaking }),
    ...Object.fromEntries(
      sections.map(({ title, changes }) => [
        title,
        changes.map(({ scope, subject, pullRequest }) => format(scope, subject, pullRequest)),
      ]),
    ),
  };
}
