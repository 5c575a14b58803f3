import type { Commit } from '../history/history.ts';
import { plainText } from './text.ts';

/** A commit's message parsed by https://www.conventionalcommits.org, or its plain subject. */
export interface Change {
  sha: string;
  type: string | undefined;
  scope: string | undefined;
  subject: string;
  breaking: boolean;
  /** The text of the footer. */
  breakingNote: string | undefined;
}

const HEADER = /^(?<type>[A-Za-z]+)(?:\((?<scope>[^()]*)\))?(?<breaking>!)?: +(?<subject>.+)$/;
const FOOTER = /^BREAKING[ -]CHANGE: +(?<note>.+(?:\n(?!\n|[A-Za-z-]+(?:: | #)).+)*)/m;

export function parseChange({ sha, message }: Commit): Change {
  const [first = '', ...rest] = message.replaceAll('\r\n', '\n').split('\n');
  const header = HEADER.exec(first.trim())?.groups;
  const note = FOOTER.exec(rest.join('\n'))?.groups?.note;
  return {
    sha,
    type: header?.type?.toLowerCase(),
    scope: header?.scope?.trim() || undefined,
    subject: header?.subject ?? (first.trim() || '(no subject)'),
    breaking: header?.breaking !== undefined || note !== undefined,
    breakingNote: note?.replaceAll(/\s*\n\s*/g, ' '),
  };
}

const GROUPS: readonly { title: string; types: readonly string[] }[] = [
  { title: 'Features', types: ['feat', 'feature'] },
  { title: 'Bug fixes', types: ['fix', 'bugfix', 'hotfix'] },
  { title: 'Security', types: ['security'] },
  { title: 'Performance', types: ['perf'] },
  { title: 'Reverted', types: ['revert'] },
  { title: 'Refactoring', types: ['refactor'] },
  { title: 'Documentation', types: ['docs', 'doc'] },
  { title: 'Build, tests and maintenance', types: ['build', 'ci', 'chore', 'style', 'test', 'tests'] },
];
const OTHER = 'Other changes';

/**
 * Commits as notes: breaking changes first, then a section for each type. Merge commits without a type are omitted, because the
 * merged commits are listed.
 * @param commitUrl the page of a commit, without its id
 */
export function commitNotes(commits: readonly Commit[], commitUrl: string): string {
  const changes = commits
    .map((commit) => ({ ...parseChange(commit), merge: commit.merge }))
    .filter(({ merge, type }) => !merge || type !== undefined);
  const line = (change: Change, subject = change.subject): string => {
    const scope = change.scope === undefined ? '' : `**${plainText(change.scope)}:** `;
    return `- ${scope}${plainText(subject)} ([\`${change.sha.slice(0, 7)}\`](${commitUrl}/${change.sha}))`;
  };
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`### ${title}\n\n${lines.join('\n')}`];

  const known = new Set(GROUPS.flatMap(({ types }) => types));
  return [
    ...section(
      'Breaking changes',
      changes.filter(({ breaking }) => breaking).map((change) => line(change, change.breakingNote)),
    ),
    ...GROUPS.flatMap(({ title, types }) =>
      section(
        title,
        changes.filter(({ type }) => types.includes(type ?? '')).map((change) => line(change)),
      ),
    ),
    ...section(
      OTHER,
      changes.filter(({ type }) => !known.has(type ?? '')).map((change) => line(change)),
    ),
  ].join('\n\n');
}
