import { describe, expect, it } from '@jest/globals';
import { toInputEnv } from '../../../../scripts/test-support/bundle.ts';
import type { CommitSha } from '../../../lib/identifiers.ts';
import type { Decision } from '../../src/history/decision.ts';
import type { Commit, History } from '../../src/history/history.ts';
import { parseTagVersion } from '../../src/history/tag-version.ts';
import { readSettings } from '../../src/inputs/inputs.ts';
import { writeNotes } from '../../src/notes/write-notes.ts';
import { addDraftMarker } from '../../src/releases/canonical.ts';
import { markedText } from '../../src/releases/release-text.ts';
import { FakeReleases } from '../fake-releases.ts';
import { line, sha } from './helpers.ts';

interface Repository {
  files?: Record<string, string>;
  commits?: Commit[];
  total?: number;
  labels?: Record<string, string[]>;
}

/** The notes of v1.1.0 after v1.0.0. */
async function write(inputs: Record<string, string>, { files = {}, commits = [], total, labels }: Repository = {}) {
  const commit = sha('head') as CommitSha;
  const settings = await readSettings(toInputEnv({ tag: 'v1.1.0', token: 't', ...inputs }));
  const history: Partial<History> = {
    readFile: async (path, at) => (at === commit ? files[path] : undefined),
    commits: async () => ({ commits, complete: total === undefined, total }),
  };
  const decision: Partial<Decision> = {
    commit,
    release: parseTagVersion('v1.1.0'),
    previous: { name: 'v1.0.0', commit: sha('previous') as CommitSha },
    tags: [],
  };
  const releases = new FakeReleases();
  const result = await writeNotes(settings, decision as Decision, {
    history: history as History,
    releases,
    labelsOf: async (shas) => new Map(shas.map((one) => [one, labels?.[one] ?? []])),
    repositoryUrl: 'https://hub.test/o/r',
  });
  return { ...result, releases };
}
const failure = (...args: Parameters<typeof write>) =>
  write(...args).then(
    () => undefined,
    (error: unknown) => error,
  );

describe('the text of another release as the body', () => {
  it('loses the markers of this action', async () => {
    const body = addDraftMarker(`above\n\n${markedText('notes')}\n\nbelow`, '0');
    expect((await write({ notes: 'none', body })).text).toBe('above\n\nnotes\n\nbelow');
  });
});

describe('notes: changelog', () => {
  const text = '# Changelog\n\n## [1.1.0]\n\n- see [docs]\n\n## [1.0.0]\n\n- old\n\n[docs]: https://x.test\n';

  it('is the section of the version, between the body and the images', async () => {
    const result = await write({ notes: 'changelog', body: 'Hello' }, { files: { 'CHANGELOG.md': text } });
    expect(result).toMatchObject({ text: 'Hello\n\n- see [docs]\n\n[docs]: https://x.test', warnings: [] });
  });

  it('reads the file that the input names', async () => {
    const inputs = { notes: 'changelog', changelog: './docs/CHANGES.md' };
    expect((await write(inputs, { files: { 'docs/CHANGES.md': text } })).text).toContain('see [docs]');
  });

  it('fails when the section is missing, with the headings that exist', async () => {
    const files = { 'CHANGELOG.md': text.replace('1.1.0', '1.2.0') };
    expect(await failure({ notes: 'changelog' }, { files })).toMatchObject({
      what: 'CHANGELOG.md has no section for v1.1.0',
      why: expect.stringContaining('"Changelog", "[1.2.0]", "[1.0.0]"'),
    });
    const many = { 'CHANGELOG.md': '## 0.1.0\n'.repeat(12) };
    expect(await failure({ notes: 'changelog' }, { files: many })).toMatchObject({
      why: expect.stringContaining('"0.1.0" and 2 more'),
    });
    expect(await failure({ notes: 'changelog' }, { files: { 'CHANGELOG.md': '' } })).toMatchObject({
      why: expect.stringContaining('it has no headings'),
    });
  });

  it('fails when the file does not exist', async () => {
    expect(await failure({ notes: 'changelog' })).toMatchObject({
      what: 'CHANGELOG.md does not exist',
      next: expect.stringContaining('`changelog`'),
    });
  });
});

describe('notes-config', () => {
  const inputs = { notes: 'commits', 'notes-config': '.github/notes.yml' };

  it('has the sections of the notes', async () => {
    const config = 'sections: [{ title: Big, labels: [big] }, { title: New, types: [feat] }]';
    const { text } = await write(inputs, {
      files: { '.github/notes.yml': config },
      commits: line('feat: a', 'feat: b'),
      labels: { [sha('c1')]: ['BIG'] },
    });
    expect(text).toMatch(/^### Big\n\n- b \(.*\)\n\n### New\n\n- a \(/);
  });

  it.each([
    ['does not exist', {}, '.github/notes.yml does not exist'],
    ['is invalid', { '.github/notes.yml': 'sections: x' }, 'the sections of the notes cannot be read'],
  ])('that %s is an error', async (_, files, what) => {
    expect(await failure(inputs, { files })).toMatchObject({ what });
  });

  it('is passed on to GitHub with notes: github', async () => {
    const { releases } = await write({ ...inputs, notes: 'github' });
    expect(releases.configurationFile).toBe('.github/notes.yml');
  });
});

describe('too many commits', () => {
  it('are reported with the number of those that are left out', async () => {
    const { warnings } = await write({ notes: 'commits' }, { commits: line('feat: a'), total: 2346 });
    expect(warnings).toEqual([expect.stringContaining('only the newest 1 commits, without the 2,345 before them')]);
  });
});

describe('a path in the repository', () => {
  it.each(['/etc/passwd', '../a.md', 'a/../b.md', 'a//b.md', 'a\\b.md', 'a/'])('cannot be %j', async (path) => {
    expect(await failure({ changelog: path })).toMatchObject({
      why: expect.stringContaining('changelog is not a path inside the repository'),
    });
  });
});
