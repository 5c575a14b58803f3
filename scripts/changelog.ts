/**
 * Collects the entries of `changes/` into CHANGELOG.md, under the heading of a release, and deletes them.
 *
 *   npm run changelog -- VERSION
 */
import { glob, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import semver from 'semver';
import { project } from '../workflows-src/project.ts';

/** The sections of https://keepachangelog.com/en/1.1.0/, in its order. */
const KINDS = ['added', 'changed', 'deprecated', 'removed', 'fixed', 'security'] as const;
type Kind = (typeof KINDS)[number];

const BASE = 'origin/main';

/** What users run. */
const PRODUCT =
  /^(?:actions\/(?:[^/]+\/(?:action\.yml|src\/)|lib\/(?!test\/).+\.ts)|workflows-src\/(?!ci\.|plan\.)[^/]+\.ts|app\/.*\/src\/|(?:argocd|helm|terraform)\/(?!.*\/test\/).*\.(?:ya?ml|tpl|tf)$)/;

export interface Entry {
  /** From the repository's root. */
  path: string;
  kind: Kind;
  /** One paragraph, as one line. */
  text: string;
}

/** @throws Error with the file and what is wrong with it */
export function parseEntry(path: string, content: string): Entry {
  const [, kind] = /^[a-z0-9-]+\.([a-z]+)\.md$/.exec(basename(path)) ?? [];
  if (!isKind(kind)) throw new Error(`${path}: the name must be WHAT.KIND.md, with one of ${KINDS.join(', ')} as KIND`);
  const text = content.trim();
  if (text === '') throw new Error(`${path}: is empty`);
  if (/\n\s*\n/.test(text)) throw new Error(`${path}: must be one paragraph`);
  if (/^(?:[-*+#>]|\d+\.)\s/.test(text)) throw new Error(`${path}: must not begin with a list or heading marker`);
  if (!text.endsWith('.')) throw new Error(`${path}: must end with a full stop`);
  return { path, kind, text: text.replaceAll(/\s*\n\s*/g, ' ') };
}

function isKind(value: string | undefined): value is Kind {
  return KINDS.some((kind) => kind === value);
}

/**
 * The changelog with a new section for a release. The section takes what is under Unreleased, and the entries after it.
 * @param date of the release, as `2026-01-31`
 */
export function addRelease(
  changelog: string,
  entries: readonly Entry[],
  release: { version: string; date: string },
): string {
  const { version, date } = release;
  const [, before, unreleased = '', after = ''] =
    /^([\s\S]*^## \[Unreleased\]\n)([\s\S]*?)(^## \[[\s\S]*|^\[Unreleased\]: [\s\S]*)$/m.exec(changelog) ?? [];
  if (before === undefined)
    throw new Error('CHANGELOG.md: must contain "## [Unreleased]" and the link "[Unreleased]: URL"');
  if (changelog.includes(`## [${version}]`)) throw new Error(`CHANGELOG.md: contains ${version} already`);
  const sections = new Map(
    unreleased
      .split(/^### /m)
      .slice(1)
      .map((section) => {
        const [title = '', ...lines] = section.split('\n');
        return [title.trim().toLowerCase(), lines.join('\n').trim()];
      }),
  );
  const content = KINDS.flatMap((kind) => {
    const bullets = entries.filter((entry) => entry.kind === kind).map(({ text }) => `- ${text}`);
    const body = [sections.get(kind) ?? '', ...bullets].filter((part) => part !== '').join('\n');
    return body === '' ? [] : [`### ${kind.charAt(0).toUpperCase()}${kind.slice(1)}\n\n${body}\n`];
  });
  if (content.length === 0) throw new Error('there is nothing to release: changes/ and Unreleased are empty');
  const link = `[${version}]: https://github.com/${project.repository}/releases/tag/v${version}\n`;
  return `${before}\n## [${version}] - ${date}\n\n${content.join('\n')}\n${after.trimEnd()}\n${link}`;
}

/** @throws Error that names every malformed entry */
async function readEntries(root: string): Promise<Entry[]> {
  const paths: string[] = [];
  for await (const path of glob('changes/*', { cwd: root })) if (path !== 'changes/README.md') paths.push(path);
  const problems: string[] = [];
  const entries: Entry[] = [];
  for (const path of paths.sort()) {
    try {
      entries.push(parseEntry(path, await readFile(join(root, path), 'utf8')));
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return entries;
}

/** The commits after origin/main that change what users run, in a way that they notice. */
async function noticeableCommits(root: string): Promise<string[]> {
  const args = ['log', '--no-merges', '--format=%x00%s%n%b%x01', '--name-only', `${BASE}..HEAD`];
  const { stdout } = await execa('git', args, { cwd: root });
  return stdout.split('\0').flatMap((commit) => {
    const [message = '', names = ''] = commit.split('\x01');
    const [subject = ''] = message.split('\n');
    const noticeable = /^(?:(?:feat|fix|perf)(?:\(.*?\))?|\w+(?:\(.*?\))?!): /.test(subject);
    if (!noticeable || /^Changelog: none$/m.test(message)) return [];
    return names.split('\n').some((name) => PRODUCT.test(name)) ? [subject] : [];
  });
}

/**
 * Checks the entries, and that a branch with a change that users notice has one.
 * @throws Error that names each problem
 */
export async function checkChanges(root: string): Promise<void> {
  await readEntries(root);
  const git = (...args: string[]) => execa('git', args, { cwd: root, reject: false });
  if ((await git('rev-parse', '--quiet', '--verify', `${BASE}^{commit}`)).exitCode !== 0) return;
  const subjects = await noticeableCommits(root);
  if (subjects.length === 0) return;
  const { stdout } = await git('diff', '--name-only', '--diff-filter=AMR', `${BASE}...HEAD`, '--', 'changes');
  if (stdout.trim() === '')
    throw new Error(
      `these commits need an entry in changes/ (see changes/README.md), or the line "Changelog: none":\n${subjects.map((subject) => `  ${subject}`).join('\n')}`,
    );
}

async function main([version = '', ...others]: readonly string[]): Promise<void> {
  if (semver.valid(version) !== version || others.length > 0)
    throw new Error('usage: npm run changelog -- VERSION, for example: npm run changelog -- 1.4.2');
  const root = join(import.meta.dirname, '..');
  const path = join(root, 'CHANGELOG.md');
  const entries = await readEntries(root);
  const date = new Date().toISOString().slice(0, 10);
  await writeFile(path, addRelease(await readFile(path, 'utf8'), entries, { version, date }));
  for (const entry of entries) await rm(join(root, entry.path));
  console.log(`CHANGELOG.md: ${version}, with ${entries.length} entries of changes/`);
}

if (import.meta.main) {
  main(process.argv.slice(2)).catch((error: Error) => {
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  });
}
