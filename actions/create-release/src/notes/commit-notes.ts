import type { Change } from './changes.ts';
import type { ListedSection } from './sections.ts';
import { plainText } from './text.ts';

/** Characters of a commit's id in an address. They name one commit even in the largest repositories, and leave room for more changes. */
const ID_LENGTH = 12;

/**
 * Changes as Markdown: what breaks, then each section.
 * @param repositoryUrl the page of the repository
 */
export function formatChanges(
  changes: readonly Change[],
  sections: readonly ListedSection[],
  repositoryUrl: string,
): string {
  const breaking = changes.flatMap((change) =>
    change.breaking.map(({ scope, text }) => formatLine({ ...change, scope, subject: text }, repositoryUrl)),
  );
  return [
    ...(breaking.length === 0 ? [] : [{ title: 'Breaking changes', lines: breaking }]),
    ...sections.map(({ title, changes }) => ({
      title,
      lines: changes.map((change) => formatLine(change, repositoryUrl)),
    })),
  ]
    .map(({ title, lines }) => `### ${plainText(title)}\n\n${lines.join('\n')}`)
    .join('\n\n');
}

function formatLine({ scope, subject, pullRequest, commit, author }: Change, repositoryUrl: string): string {
  const prefix = scope === undefined ? '' : `**${plainText(scope)}:** `;
  const { sha } = commit;
  const links = [
    ...(pullRequest === undefined ? [] : [`[#${pullRequest}](${repositoryUrl}/pull/${pullRequest})`]),
    `[\`${sha.slice(0, 7)}\`](${repositoryUrl}/commit/${sha.slice(0, ID_LENGTH)})`,
  ];
  const by = formatAuthor(author, repositoryUrl);
  return `- ${prefix}${plainText(subject)} (${links.join(', ')})${by === '' ? '' : ` by ${by}`}`;
}

/** A link, not `@login`, which would notify the author of every release. An app has a page of its own. */
function formatAuthor({ name, login }: Change['author'], repositoryUrl: string): string {
  if (login === undefined) return plainText(name);
  const server = repositoryUrl.split('/').slice(0, -2).join('/');
  const app = /^(.+)\[bot\]$/.exec(login)?.[1];
  const page = app === undefined ? encodeURIComponent(login) : `apps/${encodeURIComponent(app)}`;
  return `[${plainText(login)}](${server}/${page.replaceAll('(', '%28').replaceAll(')', '%29')})`;
}
