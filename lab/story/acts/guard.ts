import type { Act } from '../act.ts';

export const guard: Act = {
  name: 'guard',
  number: 14,
  title: 'Main is protected',
  limit: 60,
  async play(world, expect) {
    const clone = await world.openClone();
    const before = (await clone.git('rev-parse', 'origin/main')).trim();
    await clone.edit('README.md', (text) => `${text}\nPushed past every check.\n`);
    await clone.commit('docs: push past every check');

    const push = await clone.refusal('push', 'origin', 'HEAD:main');
    expect.holds(
      'a direct push to main is refused, and says why',
      push?.includes('Changes must be made through a pull request') === true,
      push === undefined ? 'it was accepted' : lastLine(push),
    );
    const force = await clone.refusal('push', '--force', 'origin', 'HEAD~2:main');
    expect.holds(
      'a force push is refused',
      force !== undefined,
      force === undefined ? 'it was accepted' : lastLine(force),
    );
    const removal = await clone.refusal('push', 'origin', ':main');
    expect.holds('main cannot be deleted', removal !== undefined, removal === undefined ? 'it was' : lastLine(removal));
    const { data } = await world.developer.git.getRef({ ...world.where, ref: 'heads/main' });
    expect.equal('main is where it was', data.object.sha, before);
  },
};

/** The line of git's answer that carries the reason. */
function lastLine(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  return lines.find((line) => line.includes('rejected') || line.includes('error')) ?? lines.at(-1) ?? '';
}
