import type { Decision } from './decide.ts';
import { explained } from './explain.ts';
import type { History } from './history.ts';
import type { Settings } from './inputs.ts';
import { commitNotes } from './notes/commits.ts';
import { compose, splitLink } from './notes/compose.ts';
import type { Releases } from './releases.ts';

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

async function listChanges(
  { tag, notes }: Settings,
  { commit, target, previous }: Decision,
  { releases, history }: { releases: Releases; history: History },
  repositoryUrl: string,
): Promise<{ changes: string; link: string; warnings: string[] }> {
  switch (notes) {
    case 'none':
      return { changes: '', link: '', warnings: [] };
    case 'github': {
      const text = await explained(`generating the notes of ${tag}`, () =>
        releases.generateNotes(tag, target, previous?.name),
      );
      return { ...splitLink(text), warnings: [] };
    }
    case 'commits': {
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
  }
}
