import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { addRelease, checkChanges, type Entry, parseEntry } from '../changelog.ts';

describe('an entry', () => {
  it('is a paragraph, with its kind in the name', () => {
    expect(parseEntry('changes/keep-anchors.fixed.md', '`bump-chart-version`: keeps\nanchors.\n')).toEqual({
      path: 'changes/keep-anchors.fixed.md',
      kind: 'fixed',
      text: '`bump-chart-version`: keeps anchors.',
    });
  });

  it.each([
    ['without a kind', 'keep-anchors.md', 'A.', 'the name must be WHAT.KIND.md'],
    ['of an unknown kind', 'keep-anchors.new.md', 'A.', 'with one of added, changed,'],
    ['with a name in capitals', 'Keep.fixed.md', 'A.', 'the name must be'],
    ['that is empty', 'a.fixed.md', ' \n', 'is empty'],
    ['of two paragraphs', 'a.fixed.md', 'A.\n\nB.', 'must be one paragraph'],
    ['with a list marker', 'a.fixed.md', '- A.', 'must not begin with'],
    ['without a full stop', 'a.fixed.md', 'A', 'must end with a full stop'],
  ])('%s is rejected', (_, name, content, problem) => {
    expect(() => parseEntry(`changes/${name}`, content)).toThrow(problem);
  });
});

describe('the changelog of a release', () => {
  const entries: Entry[] = [
    { path: 'changes/a.fixed.md', kind: 'fixed', text: 'A fix.' },
    { path: 'changes/b.added.md', kind: 'added', text: 'An input.' },
  ];
  const release = { version: '1.1.0', date: '2026-01-31' };
  const tag = 'https://github.com/gitops-actions/gitops-actions/releases/tag';

  it('has what was unreleased and the entries, by kind, above the earlier releases', () => {
    const before =
      '# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- Old fix,\n  of two lines.\n\n## [1.0.0] - 2026-01-01\n\n- All.\n\n[Unreleased]: main\n[1.0.0]: v1\n';
    expect(addRelease(before, entries, release)).toBe(
      `# Changelog\n\n## [Unreleased]\n\n## [1.1.0] - 2026-01-31\n\n### Added\n\n- An input.\n\n### Fixed\n\n- Old fix,\n  of two lines.\n- A fix.\n\n## [1.0.0] - 2026-01-01\n\n- All.\n\n[Unreleased]: main\n[1.0.0]: v1\n[1.1.0]: ${tag}/v1.1.0\n`,
    );
  });

  it('can be the first one, and the next one follows it', () => {
    const first = addRelease('## [Unreleased]\n\n[Unreleased]: main\n', entries.slice(0, 1), {
      version: '1.0.0',
      date: '2026-01-01',
    });
    const second = addRelease(first, entries.slice(1), release);
    expect(second.match(/^## .*/gm)).toEqual(['## [Unreleased]', '## [1.1.0] - 2026-01-31', '## [1.0.0] - 2026-01-01']);
  });

  it.each([
    ['a file without the heading', '# Changelog\n', entries, 'must contain'],
    ['a version that was released', '## [Unreleased]\n\n## [1.1.0]\n', entries, 'contains 1.1.0 already'],
    ['no entries', '## [Unreleased]\n\n[Unreleased]: main\n', [], 'nothing to release'],
  ])('is rejected for %s', (_, changelog, given, problem) => {
    expect(() => addRelease(changelog, given, release)).toThrow(problem);
  });
});

describe('the check of the changes', () => {
  let root: string;
  const git = (...args: string[]) =>
    execa('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false', ...args], {
      cwd: root,
    });
  async function commit(
    subject: string,
    path: string,
    { content = 'A.\n', body = [] }: { content?: string; body?: string[] } = {},
  ): Promise<void> {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
    await git('add', '.');
    await git('commit', '--quiet', ...[subject, ...body].flatMap((paragraph) => ['--message', paragraph]));
  }

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'changes-'));
    await git('init', '--quiet', '--initial-branch', 'main');
    await commit('feat: first', 'actions/one/src/a.ts');
    await git('update-ref', 'refs/remotes/origin/main', 'HEAD');
  });
  afterEach(() => rm(root, { recursive: true }));

  it('accepts a branch with an entry, and one that changes nothing that users run', async () => {
    await checkChanges(root);
    await commit('feat(lab): act', 'lab/a.ts');
    await commit('fix(one): test', 'actions/one/test/a.test.ts');
    await commit('refactor(one): name', 'actions/one/src/b.ts');
    await checkChanges(root);
    await commit('feat(one): input', 'actions/one/action.yml');
    await commit('docs: entry', 'changes/input.added.md');
    await checkChanges(root);
  });

  it.each([
    ['a feature of an action', 'feat(one): input', 'actions/one/action.yml'],
    ['a fix of what the actions share', 'fix(lib): retry', 'actions/lib/requests/retry.ts'],
    ['a breaking change', 'refactor(deploy)!: name', 'workflows-src/deploy.ts'],
    ['a fix of the platform', 'fix(terraform): zone', 'terraform/platform/main.tf'],
  ])('names %s without an entry', async (_, subject, path) => {
    await commit(subject, path);
    await expect(checkChanges(root)).rejects.toThrow(`"Changelog: none":\n  ${subject}`);
  });

  it('accepts a commit that says that it needs none', async () => {
    await commit('fix(one): input', 'actions/one/src/b.ts', {
      body: ['The input is not released yet.', 'Changelog: none'],
    });
    await checkChanges(root);
  });

  it('names all malformed entries', async () => {
    await commit('docs: entries', 'changes/a.md');
    await commit('docs: entries', 'changes/b.fixed.md', { content: 'B' });
    await expect(checkChanges(root)).rejects.toThrow(/changes\/a\.md: .*\nchanges\/b\.fixed\.md: must end/);
  });
});
