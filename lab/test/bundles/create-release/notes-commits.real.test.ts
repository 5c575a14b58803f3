import { describe, expect, it } from '@jest/globals';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { History } from './notes-history.ts';
import { hub, OWNER, Scene, useHub } from './scene.ts';

useHub();

/** The notes of v1.1.0 with links to numbers, commits and authors as their text, by section. */
async function notesAfter(
  work: (history: History) => Promise<unknown>,
  inputs: Record<string, string> = {},
): Promise<{ sections: Record<string, string[]>; text: string; log: string }> {
  const scene = await Scene.create();
  const history = new History(scene);
  await history.commit('chore: begin');
  await history.tag('v1.0.0');
  await work(history);
  await history.tag('v1.1.0');
  const { ok, outputs, log } = await scene.run('v1.1.0', { notes: 'commits', ...inputs });
  expect(ok).toBe(true);
  const text = outputs.notes ?? '';
  const url = `${hub.url}/${OWNER}/${scene.where.repo}`;
  const sections = text
    .replaceAll(new RegExp(String.raw`\[#(\d+)\]\(${url}/pull/\1\), `, 'g'), '#$1 ')
    .replaceAll(new RegExp(String.raw`\[\`([0-9a-f]{7})\`\]\(${url}/commit/\1[0-9a-f]{5}\)`, 'g'), 'commit')
    .replaceAll(new RegExp(String.raw`\[(\w+)\]\(${hub.url}/\1\)`, 'g'), '$1')
    .split(/^### /m)
    .slice(1)
    .map((section) => section.split('\n').filter((line) => line !== '' && !line.startsWith('**Full')));
  return { sections: Object.fromEntries(sections.map(([title = '', ...lines]) => [title, lines])), text, log };
}

describe('notes of commits', () => {
  it('list merged pull requests once, with their numbers and authors', async () => {
    const { sections } = await notesAfter(async (history) => {
      await history.commit('feat: add x', { branch: 'x' });
      await history.merge('x', 'feat: add x', { message: 'feat: add x (#1)' });
      await history.commit('wip', { branch: 'y' });
      await history.commit('more', { branch: 'y' });
      await history.merge('y', 'fix(web): mend y');
      await history.commit('feat: add z', { branch: 'z' });
      await history.commit('docs: on the trunk', { author: 'Mona' });
      await history.commit("Merge branch 'main' into z", { branch: 'z', merged: ['main'] });
      await history.commit('fix!: mend z', { branch: 'z' });
      await history.merge('z', 'Add z');
    });
    expect(sections).toEqual({
      'Breaking changes': [`- mend z (#3 commit) by ${OWNER}`],
      Features: [`- add x (#1 commit) by ${OWNER}`, `- add z (#3 commit) by ${OWNER}`],
      'Bug fixes': [`- **web:** mend y (#2 commit) by ${OWNER}`, `- mend z (#3 commit) by ${OWNER}`],
      Documentation: ['- on the trunk (commit) by Mona'],
    });
  });

  it('leave out what was reverted before a rebase, which changed the ids of the commits', async () => {
    const { sections } = await notesAfter(async (history) => {
      await history.commit('feat: gone');
      await history.commit(`Revert "feat: gone"\n\nThis reverts commit ${'a'.repeat(40)}.`);
      await history.commit('feat: here');
    });
    expect(sections).toEqual({ Features: [`- here (commit) by ${OWNER}`] });
  });

  it('list squashed pull requests by their title or their commits, and never lose what breaks', async () => {
    const { sections } = await notesAfter(async (history) => {
      await history.commit('feat: pay by card', { branch: 'a' });
      await history.commit('feat!: drop the basket', { branch: 'a' });
      await history.merge('a', 'Checkout', { method: 'squash' });
      await history.commit('fix!: rounding', { branch: 'b' });
      await history.commit('wip', { branch: 'b' });
      await history.merge('b', 'feat(api): prices', { method: 'squash' });
      await history.commit('refactor: it\n\nBREAKING-CHANGE: the port\nmoved\n\nBREAKING CHANGE: the host\nRefs: 1');
    });
    expect(sections).toEqual({
      'Breaking changes': [
        `- drop the basket (#1 commit) by ${OWNER}`,
        `- rounding (#2 commit) by ${OWNER}`,
        `- the port moved (commit) by ${OWNER}`,
        `- the host (commit) by ${OWNER}`,
      ],
      Features: [
        `- pay by card (#1 commit) by ${OWNER}`,
        `- drop the basket (#1 commit) by ${OWNER}`,
        `- **api:** prices (#2 commit) by ${OWNER}`,
      ],
      Refactoring: [`- it (commit) by ${OWNER}`],
    });
  });

  it('omit what was reverted, and list reverts of earlier releases', async () => {
    const { sections } = await notesAfter(async (history) => {
      const first = await history.commit('feat: first');
      await history.commit('feat: second (#7)');
      await history.commit(`Revert "feat: first"\n\nThis reverts commit ${first}.`);
      await history.commit('Revert "feat: second (#7)" (#8)');
      await history.commit('Reapply "feat: second (#7)" (#9)');
      await history.commit('Revert "feat: released"\n\nThis reverts commit 1234567890.');
      await history.commit('feat: third', { branch: 'third' });
      const { sha } = await history.merge('third', 'Third');
      await history.commit(`Revert "Third"\n\nThis reverts commit ${sha}, reversing\nchanges made to ${first}.`);
    });
    expect(sections).toEqual({
      Features: [`- second (#7 commit) by ${OWNER}`],
      Reverted: [`- released (commit) by ${OWNER}`],
    });
  });

  it('have links to exactly the addresses of subjects, and code', async () => {
    const address = 'https://example.test/a_b?c=1&d=~2#part_two';
    const { text } = await notesAfter((history) => history.commit(`fix: run \`make <all>\` (see ${address}).`));
    const html = micromark(text, {
      allowDangerousHtml: true,
      extensions: [gfm()],
      htmlExtensions: [gfmHtml()],
    });
    const href = address.replace('&', '&amp;');
    expect(html).toContain(`run <code>make &lt;all&gt;</code> (see <a href="${href}">${href}</a>).`);
  });

  it('of a first release report how many commits they leave out', async () => {
    const scene = await Scene.create();
    const history = new History(scene);
    await history.commits(1100);
    await history.tag('v1.0.0');
    const { ok, outputs, log } = await scene.run('v1.0.0', { notes: 'commits', 'dry-run': 'true' });
    expect(ok).toBe(true);
    expect(log).toContain('contain only the newest 1,000 commits, without the 100 before them');
    expect(outputs.notes).not.toContain('- number 100 ');
    expect(outputs.notes).toContain('- number 101 ');
  });
});
