import type { Decision } from './decide.ts';
import { explained } from './explain.ts';
import type { History } from './history.ts';
import type { Settings } from './inputs.ts';
import { commitNotes } from './notes/commits.ts';
import { compose, splitLink } from './notes/compose.ts';
import type { Releases } from './releases.ts';
import { mayStartWrong } from './rules/previous-tag.ts';

/** The text of the release: the user's words, what changed since the previous tag, and the images. */
export async function writeNotes(
  settings: Settings,
  decision: Decision,
  ports: { releases: Releases; history: History },
  repositoryUrl: string,
): Promise<{ text: string; warnings: string[] }> {
  const { changes, link, warnings } = await listChanges(settings, decision, ports, repositoryUrl);
  const { text, cut } = compose({ body: settings.body, changes, link, images: settings.images });
  if (cut > 0) warnings.push(`The notes are longer than GitHub accepts; their last ${cut} lines were cut off.`);
  return { text, warnings };
}

interface Changes {
  changes: string;
  link: string;
  warnings: string[];
}

async function listChanges(
  settings: Settings,
  decision: Decision,
  { releases, history }: { releases: Releases; history: History },
  repositoryUrl: string,
): Promise<Changes> {
  const { tag, notes } = settings;
  const { commit, target, version, previous, tags } = decision;
  switch (notes) {
    case 'none':
      return { changes: '', link: '', warnings: [] };
    case 'github': {
      // A tag that is no version has no previous one: what GitHub takes is as good as any.
      if (previous === undefined && version !== undefined && mayStartWrong(tag, version, commit, tags)) {
        const listed = await listCommits(tag, decision, history, repositoryUrl);
        return { ...listed, warnings: [choiceOfGitHub(tag), ...listed.warnings] };
      }
      const text = await explained(`generating the notes of ${tag}`, () =>
        releases.generateNotes(tag, target, previous?.name),
      );
      return { ...splitLink(text), warnings: [] };
    }
    case 'commits':
      return listCommits(tag, decision, history, repositoryUrl);
  }
}

const choiceOfGitHub = (tag: string): string =>
  `No lower version is known to be an ancestor of ${tag}, and GitHub would choose itself where the notes start, maybe at a newer release. So they list the commits of ${tag}, as with notes: commits. Give previous-tag to start them at a tag.`;

async function listCommits(
  tag: string,
  { commit, previous }: Decision,
  history: History,
  repositoryUrl: string,
): Promise<Changes> {
  const { commits, complete } = await explained(`listing the commits of ${tag}`, () =>
    history.commits(previous?.commit, commit),
  );
  const encoded = encodeURIComponent(tag);
  const range =
    previous === undefined ? `commits/${encoded}` : `compare/${encodeURIComponent(previous.name)}...${encoded}`;
  return {
    changes: commitNotes(commits, `${repositoryUrl}/commit`),
    link: `**Full Changelog**: ${repositoryUrl}/${range.replaceAll('(', '%28').replaceAll(')', '%29')}`,
    warnings: complete ? [] : [`The notes name the newest ${commits.length} commits only.`],
  };
}
