import { ActionError } from '../../../lib/errors.ts';
import type { Decision } from '../history/decision.ts';
import type { History } from '../history/history.ts';
import { mayStartAtWrongTag } from '../history/previous-tag.ts';
import type { Settings } from '../inputs/inputs.ts';
import { withExplanation } from '../releases/errors.ts';
import { withoutMarkers } from '../releases/release-text.ts';
import type { Releases } from '../releases/releases.ts';
import { listChanges } from './changes.ts';
import { formatChanges } from './commit-notes.ts';
import { composeNotes, splitLink } from './compose.ts';
import { DEFAULT_CONFIG, groupChanges, knownTypes, type LabelsOf, type NotesConfig } from './sections.ts';

export interface NotesSources {
  releases: Releases;
  history: History;
  labelsOf: LabelsOf;
  /** The page of the repository. */
  repositoryUrl: string;
}

/** The text of the release: the user's body, the changes since the previous tag, and the images. */
export async function writeNotes(
  settings: Settings,
  decision: Decision,
  sources: NotesSources,
): Promise<{ text: string; warnings: string[] }> {
  const { changes, link, warnings } = await readChanges(settings, decision, sources);
  const { text, cut } = composeNotes({ body: settings.body, changes, link, images: settings.images });
  if (cut > 0) warnings.push(`The notes are longer than GitHub accepts; their last ${cut} lines were removed.`);
  return { text: withoutMarkers(text), warnings };
}

interface ListedChanges {
  changes: string;
  /** What is never removed when the text is too long. */
  link: string;
  warnings: string[];
}

async function readChanges(settings: Settings, decision: Decision, sources: NotesSources): Promise<ListedChanges> {
  switch (settings.notes) {
    case 'none':
      return { changes: '', link: '', warnings: [] };
    case 'github':
      return generateNotes(settings, decision, sources);
    case 'commits':
      return listCommits(settings.tag, decision, {
        ...sources,
        config: await readConfig(settings, decision, sources.history),
      });
    case 'changelog':
      return readChangelog(settings, decision, sources);
  }
}

async function generateNotes(
  { tag, notesConfig }: Settings,
  decision: Decision,
  sources: NotesSources,
): Promise<ListedChanges> {
  const { commit, target, release, previous, tags } = decision;
  // A tag that is not a version has no previous tag: GitHub's choice is as good as any.
  if (previous === undefined && release !== undefined && mayStartAtWrongTag(tag, { release, commit, tags })) {
    const listed = await listCommits(tag, decision, { ...sources, config: DEFAULT_CONFIG });
    return { ...listed, warnings: [wrongStartWarning(tag), ...listed.warnings] };
  }
  // For a tag that exists GitHub lists the changes up to where it points now. A name that does not exist is taken at the target.
  const moves = decision.tagged !== undefined && decision.tagged !== commit;
  const name = moves ? `${tag}-${commit.slice(0, 12)}` : tag;
  const options = {
    target: moves ? commit : target,
    previousTag: previous?.name,
    configurationFile: notesConfig,
  };
  const text = await withExplanation(`generating the notes of ${tag}`, () =>
    sources.releases.generateNotes(name, options),
  );
  return { ...splitLink(text.replaceAll(name, tag)), warnings: [] };
}

const wrongStartWarning = (tag: string): string =>
  `No lower version is known to be an ancestor of ${tag}, and GitHub would choose where the notes start, possibly at a newer release. The notes list the commits of ${tag} instead, as with notes: commits. Set previous-tag to start them at a tag.`;

async function listCommits(
  tag: string,
  { commit, previous }: Decision,
  { history, repositoryUrl, labelsOf, config }: NotesSources & { config: NotesConfig },
): Promise<ListedChanges> {
  const { commits, complete, total } = await withExplanation(`listing the commits of ${tag}`, () =>
    history.commits(previous?.commit, commit),
  );
  const changes = listChanges(commits, knownTypes(config));
  const sections = await groupChanges(changes, config, labelsOf);
  const encoded = encodeURIComponent(tag);
  const range =
    previous === undefined ? `commits/${encoded}` : `compare/${encodeURIComponent(previous.name)}...${encoded}`;
  return {
    changes: formatChanges(changes, sections, repositoryUrl),
    link: `**Full Changelog**: ${repositoryUrl}/${range.replaceAll('(', '%28').replaceAll(')', '%29')}`,
    warnings: complete ? [] : [incompleteWarning(commits.length, total)],
  };
}

function incompleteWarning(listed: number, total: number | undefined): string {
  const format = (count: number): string => count.toLocaleString('en-US');
  const omitted = total === undefined ? 'older ones' : `the ${format(total - listed)} before them`;
  return `The notes contain only the newest ${format(listed)} commits, without ${omitted}. Set previous-tag to start the notes at a tag.`;
}

/** The sections of the notes. The parser is loaded only when there is a file to parse. */
export async function readConfig(
  { notesConfig }: Pick<Settings, 'notesConfig'>,
  { commit }: Pick<Decision, 'commit'>,
  history: History,
): Promise<NotesConfig> {
  if (notesConfig === undefined) return DEFAULT_CONFIG;
  const { readNotesConfig } = await import('./notes-config.ts');
  const parsed = readNotesConfig(await readFile(notesConfig, 'notes-config', { commit, history }));
  if ('value' in parsed) return parsed.value;
  throw new ActionError({
    what: 'the sections of the notes cannot be read',
    why: `${notesConfig} ${parsed.problem}`,
    next: `Correct ${notesConfig}; the README of create-release describes it. The file is read at the commit of the release, so a correction needs a new tag, or run the step without notes-config.`,
  });
}

/** The parser is loaded only when there is a file to parse. */
async function readChangelog(
  { tag, changelog }: Settings,
  decision: Decision,
  { history }: NotesSources,
): Promise<ListedChanges> {
  const text = await readFile(changelog, 'changelog', { commit: decision.commit, history });
  const { findChangelogSection } = await import('./changelog.ts');
  const section = findChangelogSection(text, tag, { release: decision.release });
  if ('text' in section) return { changes: section.text, link: section.definitions, warnings: [] };
  throw new ActionError({
    what: `${changelog} has no section for ${tag}`,
    why: `none of its headings at the commit of the release begins with the version: ${formatHeadings(section.headings)}`,
    next: `Add a section with a heading such as \`## ${tag}\` before the release, or set \`changelog\` to another file.`,
  });
}

const MAX_HEADINGS = 10;

function formatHeadings(headings: readonly string[]): string {
  if (headings.length === 0) return 'it has no headings';
  const shown = headings.slice(0, MAX_HEADINGS).map((heading) => JSON.stringify(heading.slice(0, 80)));
  const more = headings.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

async function readFile(
  path: string,
  input: string,
  { commit, history }: Pick<Decision, 'commit'> & { history: History },
): Promise<string> {
  const text = await withExplanation(`reading ${path}`, () => history.readFile(path, commit));
  if (text !== undefined) return text;
  throw new ActionError({
    what: `${path} does not exist`,
    why: `the commit of the release, ${commit}, has no such file`,
    next: `Set \`${input}\` to the path of a file that the commit contains.`,
  });
}
