import { describe, expect, it } from '@jest/globals';
import type { ActionError } from '../../../lib/errors.ts';
import { chart, digest, Scene, values, WEB } from './scene.ts';

/** Releases of 1.4.1 and 1.4.2. */
async function released(): Promise<{ scene: Scene; first: string; second: string }> {
  const scene = Scene.create();
  const first = await scene.release('1.4.1');
  return { scene, first, second: await scene.release('1.4.2') };
}

describe('a rollback', () => {
  it.each<[string, (commits: { first: string }) => string]>([
    ['a version', () => '1.4.1'],
    ['a version with v', () => 'v1.4.1'],
    ['a commit', ({ first }) => first],
    ['the beginning of a commit in upper case', ({ first }) => first.slice(0, 9).toUpperCase()],
  ])('to %s is one new commit that names what went back', async (_, target) => {
    const { scene, first } = await released();
    const outcome = await scene.rollBack(target({ first }));
    expect(scene.text()).toBe(values('1.4.1'));
    expect(scene.text('helm/shop/Chart.yaml')).toBe(chart('1.4.1'));
    expect(scene.repository.log()).toHaveLength(4);
    expect(outcome.plan.warnings).toEqual([]);
    expect(scene.repository.head().message).toBe(`chore(release): shop 1.4.1

Chart-Version: helm/shop 1.4.1 (was 1.4.2)
Image: ${WEB}:1.4.1@${digest('1.4.1')} (was :1.4.2@${digest('1.4.2')})
Rollback-To: ${first}
Rolled-Back: helm/shop 1.4.2 (now 1.4.1)
Rolled-Back: helm/shop appVersion 1.4.2 (now 1.4.1)
Rolled-Back: helm/shop/values.yaml ${WEB}:1.4.2@${digest('1.4.2')} (now :1.4.1@${digest('1.4.1')})
Source-Commit: octo/shop@${'c'.repeat(40)}`);
  });

  it('fills in the placeholders of the commit message', async () => {
    const { scene } = await released();
    await scene.rollBack('1.4.1', { 'commit-message': 'revert: {chart} {previous} to {version}' });
    expect(scene.repository.head().message.split('\n')[0]).toBe('revert: shop 1.4.2 to 1.4.1');
  });

  it('changes nothing when it runs again', async () => {
    const { scene } = await released();
    await scene.rollBack('1.4.1');
    const again = await scene.rollBack('1.4.1');
    expect(again).toMatchObject({ commit: undefined, plan: { files: [] } });
    expect(scene.repository.log()).toHaveLength(4);
  });

  it('can be rolled back', async () => {
    const { scene } = await released();
    await scene.rollBack('1.4.1');
    await scene.rollBack('1.4.2');
    expect(scene.text()).toBe(values('1.4.2'));
    expect(scene.text('helm/shop/Chart.yaml')).toBe(chart('1.4.2'));
  });

  it('leaves everything else as it is now', async () => {
    const { scene } = await released();
    const edited = scene.text().replace('replicas: 2', 'replicas: 9').replace('# a', '# b');
    scene.repository.push('main', { 'helm/shop/values.yaml': edited }, 'feat: more replicas');
    await scene.rollBack('1.4.1');
    expect(scene.text()).toBe(values('1.4.1').replace('replicas: 2', 'replicas: 9').replace('# a', '# b'));
  });

  it.each([
    ['version', { version: 'none' }, chart('1.4.2', '1.4.1')],
    ['appVersion', { 'app-version': 'none' }, chart('1.4.1', '1.4.2')],
  ])('keeps the %s with none', async (_, inputs, expected) => {
    const { scene } = await released();
    await scene.rollBack('1.4.1', inputs);
    expect(scene.text('helm/shop/Chart.yaml')).toBe(expected);
    expect(scene.text()).toBe(values('1.4.1'));
  });

  it('finds a version that was released without the action', async () => {
    const scene = Scene.create('1.3.0');
    scene.repository.push(
      'main',
      { 'helm/shop/Chart.yaml': chart('1.4.0'), 'helm/shop/values.yaml': values('1.4.0') },
      'by hand',
    );
    await scene.release('1.4.1');
    await scene.rollBack('1.4.0');
    expect(scene.text()).toBe(values('1.4.0'));
    expect(scene.repository.head().message).not.toContain('Source-Commit');
  });

  it('takes the commit whose trailer names the version before one that has it in Chart.yaml', async () => {
    const { scene } = await released();
    await scene.rollBack('1.4.1');
    scene.repository.push('main', { 'helm/shop/values.yaml': values('1.0.0') }, 'by hand, still 1.4.1');
    await scene.release('1.4.3');
    await scene.rollBack('1.4.1');
    expect(scene.text()).toBe(values('1.4.1'));
  });

  it('reads the branch again when it moves', async () => {
    const { scene } = await released();
    scene.repository.beforeCommit = (attempt) => {
      if (attempt === 3) scene.repository.push('main', { 'README.md': 'new' }, 'docs: new');
    };
    const outcome = await scene.rollBack('1.4.1');
    expect(outcome.attempts).toBe(2);
    expect(scene.text()).toBe(values('1.4.1'));
    expect(scene.text('README.md')).toBe('new');
  });

  it('takes all charts back in one commit', async () => {
    const files = (name: string) => ({
      [`helm/${name}/Chart.yaml`]: chart('1.4.0'),
      [`helm/${name}/values.yaml`]: values('1.4.0'),
    });
    const scene = new Scene({ ...files('a'), ...files('b') });
    const charts = 'helm/a\nhelm/b';
    const first = await scene.release('1.4.1', { charts });
    await scene.release('1.4.2', { charts });
    await scene.rollBack('1.4.1', { charts });
    const { files: now, message } = scene.repository.head();
    expect(now).toEqual(scene.repository.commits.get(first)?.files);
    expect(message).toContain(`Rollback-To: ${first}`);
    for (const name of ['a', 'b']) {
      expect(message).toContain(`Rolled-Back: helm/${name} 1.4.2 (now 1.4.1)`);
      await expect(scene.release('1.4.2', { charts: `helm/${name}` })).rejects.toMatchObject({
        what: 'this run would undo a rollback',
      });
    }
  });

  it('does not change the branch in a dry run', async () => {
    const { scene, first, second } = await released();
    const { plan } = await scene.rollBack('1.4.1', { 'dry-run': 'true' });
    expect(plan.files.map(({ path }) => path)).toEqual(['helm/shop/values.yaml', 'helm/shop/Chart.yaml']);
    expect(plan.reports).toEqual([
      `helm/shop/values.yaml:4: web.image is ${WEB}:1.4.2@${digest('1.4.2')} (repository and tag): becomes :1.4.1@${digest('1.4.1')}, as at the commit ${first.slice(0, 12)}`,
    ]);
    expect(scene.repository.head().oid).toBe(second);
  });
});

describe('a rollback is refused when', () => {
  const failure = async (work: Promise<unknown>): Promise<string> => {
    const error = (await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )) as ActionError;
    return `${error.what}\n${error.why}\n${error.next}`;
  };

  it('no chart had the version', async () => {
    const { scene } = await released();
    const text = await failure(scene.rollBack('1.3.9'));
    expect(text).toContain('the version 1.3.9 was not found');
    expect(text).toContain('in the history of main no chart has it');
    expect(text).toContain('helm/shop: 1.4.2, 1.4.1, 1.4.0');
  });

  it('the branch has no such commit', async () => {
    const { scene } = await released();
    expect(await failure(scene.rollBack('0123456'))).toContain(
      'no commit in the history of main has an ID that begins with 0123456',
    );
  });

  it('the commit has none of the files', async () => {
    const scene = new Scene({ 'README.md': 'start' });
    const start = scene.repository.head().oid;
    scene.repository.push(
      'main',
      { 'helm/shop/Chart.yaml': chart('1.4.0'), 'helm/shop/values.yaml': values('1.4.0') },
      'feat: the chart',
    );
    expect(await failure(scene.rollBack(start))).toContain(
      `the commit ${start.slice(0, 12)} has none of the files helm/shop/Chart.yaml, helm/shop/values.yaml`,
    );
  });

  it('a file of the commit is not valid YAML', async () => {
    const { scene, second } = await released();
    const broken = scene.repository.push('main', { 'helm/shop/values.yaml': 'a: [' }, 'broken');
    scene.repository.push('main', { 'helm/shop/values.yaml': values('1.4.2') }, 'corrected');
    expect(await failure(scene.rollBack(broken))).toContain(
      `at the commit ${broken.slice(0, 12)}, helm/shop/values.yaml is not valid YAML`,
    );
    await scene.rollBack(second);
    expect(scene.text()).toBe(values('1.4.2'));
  });

  it('two charts had the version in different commits', async () => {
    const files = (name: string) => ({
      [`helm/${name}/Chart.yaml`]: chart('1.4.0'),
      [`helm/${name}/values.yaml`]: values('1.4.0'),
    });
    const scene = new Scene({ ...files('a'), ...files('b') });
    for (const charts of ['helm/a', 'helm/b']) await scene.release('1.4.1', { charts });
    await scene.release('1.4.2', { charts: 'helm/a\nhelm/b' });
    const [, b = '', a = ''] = scene.repository.log().map(({ oid }) => oid.slice(0, 12));
    const text = await failure(scene.rollBack('1.4.1', { charts: 'helm/a\nhelm/b' }));
    expect(text).toContain(`the version 1.4.1 is in several commits\nhelm/a has it in ${a}, helm/b has it in ${b}`);
    await scene.rollBack('1.4.1', { charts: 'helm/a' });
    expect(scene.text('helm/a/values.yaml')).toBe(values('1.4.1'));
    expect(scene.text('helm/b/values.yaml')).toBe(values('1.4.2'));
  });
});
