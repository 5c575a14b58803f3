import { describe, expect, it } from '@jest/globals';
import { History } from './notes-history.ts';
import { hub, Scene, textOf, useHub } from './scene.ts';

useHub();

async function create(): Promise<{ scene: Scene; history: History }> {
  const scene = await Scene.create();
  const history = new History(scene);
  await history.commit('chore: begin');
  await history.tag('v1.0.0');
  return { scene, history };
}

const CHANGELOG = `# Changelog

## [Unreleased]

- later

## [1.1.0] - 2026-01-01

### Added

- pay by card, see [the guide]

\`\`\`sh
# 1.0.0
\`\`\`

## [1.0.0] - 2025-01-01

- old

[the guide]: https://example.test/guide
[1.1.0]: https://example.test/1.1.0
`;

describe('notes: changelog', () => {
  it('publishes the section of the version, from the commit of the tag and without a checkout', async () => {
    const { scene, history } = await create();
    await history.commit('docs: changelog', { files: { 'CHANGELOG.md': CHANGELOG } });
    await history.tag('v1.1.0');
    await history.commit('docs: later', { files: { 'CHANGELOG.md': '# Changelog\n' } });
    const { ok } = await scene.run('v1.1.0', { notes: 'changelog', body: 'Hello' });
    expect(ok).toBe(true);
    expect(textOf((await scene.only()).body)).toBe(
      'Hello\n\n### Added\n\n- pay by card, see [the guide]\n\n```sh\n# 1.0.0\n```\n\n[the guide]: https://example.test/guide',
    );
  });

  it('reads another file, larger than 1 MB, with other line ends', async () => {
    const { scene, history } = await create();
    const old = Array.from({ length: 30_000 }, (_, index) => `- change number ${index} of long ago`).join('\r\n');
    const text = `# web\r\n\r\nweb-v1.1.0\r\n---\r\n\r\n- one\r\n\r\n## 1.0.0\r\n\r\n${old}\r\n`;
    await history.commit('docs: changelog', { files: { 'docs/web/CHANGES.md': text } });
    await history.tag('web-v1.1.0');
    const { ok, outputs } = await scene.run('web-v1.1.0', { notes: 'changelog', changelog: 'docs/web/CHANGES.md' });
    expect(ok).toBe(true);
    expect(outputs.notes).toBe('- one');
  });

  it('ends at the next version, whatever the levels of the headings', async () => {
    const { scene, history } = await create();
    const patch = '### [1.0.1](https://x.test) (2026-01-01)\n\n\n### Bug Fixes\n\n* b\n';
    const text = `# [1.1.0](https://x.test) (2026-01-01)\n\n### Features\n\n* a\n\n${patch}\n# 1.0.0\n\n* old\n`;
    await history.commit('docs: changelog', { files: { 'CHANGELOG.md': text } });
    await history.tag('v1.0.1');
    await history.tag('v1.1.0');
    const notes = async (tag: string) => (await scene.run(tag, { notes: 'changelog' })).outputs.notes;
    expect(await notes('v1.0.1')).toBe('### Bug Fixes\n\n* b');
    expect(await notes('v1.1.0')).toBe('### Features\n\n* a');
  });

  it('finds a version of two numbers as it is written', async () => {
    const { scene, history } = await create();
    await history.commit('docs: changelog', { files: { 'CHANGELOG.md': '## 1.4\n\n- new\n\n## 1.3\n\n- old\n' } });
    await history.tag('v1.4');
    expect((await scene.run('v1.4', { notes: 'changelog' })).outputs.notes).toBe('- new');
  });

  it('creates nothing when the section or the file is missing', async () => {
    const { scene, history } = await create();
    await history.commit('docs: changelog', { files: { 'CHANGELOG.md': CHANGELOG } });
    await history.tag('v1.2.0');
    const missing = await scene.run('v1.2.0', { notes: 'changelog' });
    expect(missing.exitCode).toBe(1);
    expect(missing.log).toContain('CHANGELOG.md has no section for v1.2.0');
    expect(missing.log).toContain('"[Unreleased]", "1.1.0 - 2026-01-01"');
    const none = await scene.run('v1.2.0', { notes: 'changelog', changelog: 'CHANGES.md' });
    expect(none.log).toContain('CHANGES.md does not exist');
    expect(await scene.releases()).toEqual([]);
  });
});

describe('notes-config', () => {
  const run = (scene: Scene) =>
    scene.run(
      'v1.1.0',
      { notes: 'commits', 'notes-config': '.github/notes.yml' },
      { env: { GITHUB_GRAPHQL_URL: hub.graphqlUrl } },
    );

  it('has the sections of the notes, by label, scope and type', async () => {
    const { scene, history } = await create();
    const config = `sections:
  - { title: 🚀 New, types: [feat] }
  - { title: Security, labels: [security] }
  - { title: Dependencies, types: [build], scopes: [deps] }
  - { title: Internal, types: ["*"], labels: [internal], hidden: true }
`;
    await history.commit('chore: sections', { files: { '.github/notes.yml': config } });
    await history.commit('feat: a', { branch: 'a' });
    await history.merge('a', 'feat: a');
    await history.commit('fix: b', { branch: 'b' });
    await history.merge('b', 'fix: b', { method: 'squash', labels: ['bug', 'Security'] });
    await history.commit('feat: c', { branch: 'c' });
    await history.merge('c', 'feat: c', { labels: ['internal'] });
    await history.commit('build(deps): d');
    await history.tag('v1.1.0');
    const { ok, outputs } = await run(scene);
    expect(ok).toBe(true);
    expect(outputs.notes?.match(/^(?:### .*|- .*?(?= \())/gm)).toEqual([
      '### 🚀 New',
      '- a',
      '### Security',
      '- b',
      '### Dependencies',
      '- **deps:** d',
    ]);
  });

  it('is checked before anything is created', async () => {
    const { scene, history } = await create();
    const config = 'sections:\n  - titel: New\n    types: feat\n';
    await history.commit('chore: sections', { files: { '.github/notes.yml': config } });
    await history.tag('v1.1.0');
    const { exitCode, log } = await run(scene);
    expect(exitCode).toBe(1);
    expect(log).toContain('`sections[0].titel` is unknown (did you mean title?)');
    expect(log).toContain('`sections[0].types` is not a list');
    expect(await scene.releases()).toEqual([]);
  });
});
