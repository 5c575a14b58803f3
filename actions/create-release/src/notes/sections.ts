import type { Change } from './changes.ts';

/** A section of the notes, and which changes belong to it. */
export interface NotesSection {
  title: string;
  /** Types of conventional commits, in lower case; `*` for everything that no other section has. */
  types: readonly string[];
  /** If there are any, only changes with one of these scopes. */
  scopes: readonly string[];
  /** Labels of the pull request, in lower case. */
  labels: readonly string[];
  /** Its changes are not in the notes, except what they break. */
  hidden: boolean;
}

export interface NotesConfig {
  /** In the order of the notes. */
  sections: readonly NotesSection[];
}

/** Labels of the pull request of each commit, by the commit's id. */
export type LabelsOf = (shas: readonly string[]) => Promise<ReadonlyMap<string, readonly string[]>>;

const section = (title: string, types: readonly string[]): NotesSection => ({
  title,
  types,
  scopes: [],
  labels: [],
  hidden: false,
});
const REVERTED = section('Reverted', ['revert']);
const OTHER = section('Other changes', ['*']);

export const DEFAULT_CONFIG: NotesConfig = {
  sections: [
    section('Features', ['feat', 'feature']),
    section('Bug fixes', ['fix', 'bugfix', 'hotfix']),
    section('Security', ['security']),
    section('Performance', ['perf']),
    REVERTED,
    section('Refactoring', ['refactor']),
    section('Documentation', ['docs', 'doc']),
    section('Build, tests and maintenance', ['build', 'ci', 'chore', 'style', 'test', 'tests']),
  ],
};

/** The types of conventional commits: those of the default sections, and those that the configuration names. */
export function knownTypes({ sections }: NotesConfig): (type: string) => boolean {
  const types = new Set([...DEFAULT_CONFIG.sections, ...sections].flatMap((section) => section.types));
  return (type) => type !== '*' && types.has(type);
}

export interface ListedSection {
  title: string;
  changes: readonly Change[];
}

/** Changes by section, without hidden and empty sections. Labels are requested only if a section has any. */
export async function groupChanges(
  changes: readonly Change[],
  { sections }: NotesConfig,
  labelsOf: LabelsOf,
): Promise<ListedSection[]> {
  const listed = changes.filter(({ breakingOnly }) => !breakingOnly);
  const names = (type: string): boolean => sections.some(({ types }) => types.includes(type));
  const all = [...sections, ...(names('revert') ? [] : [REVERTED]), ...(names('*') ? [] : [OTHER])];
  const needsLabels = listed.length > 0 && sections.some(({ labels }) => labels.length > 0);
  const labels = needsLabels ? await labelsOf([...new Set(listed.map(({ commit }) => commit.sha))]) : new Map();
  const bySection = Map.groupBy(listed, (change) => findSection(change, all, labels.get(change.commit.sha) ?? []));
  return all.flatMap((section) => {
    const members = section.hidden ? [] : (bySection.get(section) ?? []);
    return members.length === 0 ? [] : [{ title: section.title, changes: members }];
  });
}

/** The most specific section: by label, then by scope, then by type. Of two that are equally specific, the first. */
function findSection(
  change: Change,
  sections: readonly NotesSection[],
  labels: readonly string[],
): NotesSection | undefined {
  const lower = new Set(labels.map((label) => label.toLowerCase()));
  const rules: ((section: NotesSection) => boolean)[] = [
    (section) => section.labels.some((label) => lower.has(label)),
    ({ scopes, types }) =>
      hasScope(change, scopes) && (types.length === 0 || hasType(change, types) || types.includes('*')),
    ({ scopes, types }) => scopes.length === 0 && hasType(change, types),
    ({ scopes, types }) => scopes.length === 0 && types.includes('*'),
  ];
  for (const rule of rules) {
    const found = sections.find(rule);
    if (found !== undefined) return found;
  }
  return undefined;
}

const hasType = ({ type }: Change, types: readonly string[]): boolean => type !== undefined && types.includes(type);

/** A commit can have several scopes: `feat(api, web): …`. */
const hasScope = ({ scope }: Change, scopes: readonly string[]): boolean =>
  scope !== undefined && [scope, ...scope.split(/[,/]/)].some((part) => scopes.includes(part.trim().toLowerCase()));
