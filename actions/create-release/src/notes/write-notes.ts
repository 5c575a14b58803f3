import type { Decision } from '../history/decision.ts';
import type { History } from '../history/history.ts';
import { mayStartAtWrongTag } from '../history/previous-tag.ts';
import type { Settings } from '../inputs/inputs.ts';
import { withExplanation } from '../releases/errors.ts';
import type { Releases } from '../releases/releases.ts';
import { commitNotes } from './commits.ts';
import { composeNotes, splitLink } from './compose.ts';

export interface NotesSources {
  releases: Releases;
  history: History;
  /** The page of the repository. */
  repositoryUrl: string;
}

/** The text of the release: the user's body, the changes since the previous tag, and the images. */
export async function writeNotes(
  settings: Settings,
  decision: Decision,
  sources: NotesSources,
): Promise<{ text: string; warnings: string[] }> {
  const { changes, link, warnings } = await listChanges(settings, decision, sources);
  const { text, cut } = composeNotes({ body: settings.body, changes, link, images: settings.images });
  if (cut > 0) warnings.push(`The notes are longer than GitHub accepts; their last ${cut} lines were removed.`);
  return { text, warnings };
}

interface ListedChanges {
  changes: string;
  link: string;
  warnings: string[];
}

async function listChanges(
  settings: Settings,
  decision: Decision,
  { releases, history, repositoryUrl }: NotesSources,
): Promise<ListedChanges> {
  const { tag, notes } = settings;
  const { commit, target, version, previous, tags } = decision;
  switch (notes) {
    case 'none':
      return { changes: '', link: '', warnings: [] };
    case 'github': {
      // A tag that is not a version has no previous tag: GitHub's choice is as good as any.
      if (previous === undefined && version !== undefined && mayStartAtWrongTag(tag, { version, commit, tags })) {
        const listed = await listCommits(tag, decision, { history, repositoryUrl });
        return { ...listed, warnings: [wrongStartWarning(tag), ...listed.warnings] };
      }
      const text = await withExplanation(`generating the notes of ${tag}`, () =>
        releases.generateNotes(tag, target, previous?.name),
      );
      return { ...splitLink(text), warnings: [] };
    }
    case 'commits':
      return listCommits(tag, decision, { history, repositoryUrl });
  }
}

const wrongStartWarning = (tag: string): string =>
  `No lower version is known to be an ancestor of ${tag}, and GitHub would choose where the notes start, possibly at a newer release. The notes list the commits of ${tag} instead, as with notes: commits. Set previous-tag to start them at a tag.`;

async function listCommits(
  tag: string,
  { commit, previous }: Decision,
  { history, repositoryUrl }: Pick<NotesSources, 'history' | 'repositoryUrl'>,
): Promise<ListedChanges> {
  const { commits, complete } = await withExplanation(`listing the commits of ${tag}`, () =>
    history.commits(previous?.commit, commit),
  );
  const encoded = encodeURIComponent(tag);
  const range =
    previous === undefined ? `commits/${encoded}` : `compare/${encodeURIComponent(previous.name)}...${encoded}`;
  return {
    changes: commitNotes(commits, `${repositoryUrl}/commit`),
    link: `**Full Changelog**: ${repositoryUrl}/${range.replaceAll('(', '%28').replaceAll(')', '%29')}`,
    warnings: complete ? [] : [`The notes list only the newest ${commits.length} commits.`],
  };
}
