import { describe, expect, it } from '@jest/globals';
import { dependencyDigest } from '../../src/charts/dependency-digest.ts';
import { makePlan, type Plan, type PlanContext } from '../../src/plan/plan.ts';
import { CHART, filesOf, newText, settings } from '../helpers.ts';

// As `helm dependency update` of Helm 4.3.1 writes them for the chart below.
const DIGEST_2_0_0 = 'sha256:bcd49514bff54aacb72a8c0cf86fe6e21f63201f79fa18eb46a1cb4c28bd2c88';
const DIGEST_2_1_0 = 'sha256:a62cf8e8592e5122421551f32b01faa51921241ab8aea138e2c4f4937de8a779';

const CHART_YAML = `${CHART}dependencies:
  - name: common
    version: 2.0.0 # the base
    repository: file://../common
`;

const lockOf = (version: string, digest: string): string => `dependencies:
- name: common
  repository: file://../common
  version: ${version}
digest: ${digest}
generated: "2024-01-01T00:00:00Z"
`;

const LOCK = lockOf('2.0.0', DIGEST_2_0_0);

interface Scene {
  values: string;
  chart?: string;
  lock?: string | undefined;
  inputs?: Record<string, string>;
  context?: PlanContext;
}

async function planOf({ values, chart = CHART_YAML, lock = LOCK, inputs = {}, context = {} }: Scene): Promise<Plan> {
  const request = await settings({ version: 'none', values, ...inputs });
  const files = { 'helm/shop/Chart.yaml': chart, 'helm/shop/Chart.lock': lock, 'helm/shop/values.yaml': 'a: b\n' };
  return makePlan(request, filesOf(files), context);
}

const lockAfter = (plan: Plan): string | undefined => newText(plan, 'helm/shop/Chart.lock');
const versionOf = (version: string): string => `Chart.yaml:dependencies[name=common].version=${version}`;

const dependency = (fields: Record<string, unknown>): ReadonlyMap<unknown, unknown> => new Map(Object.entries(fields));

describe('Chart.lock', () => {
  it('follows an exact version of a dependency, and the rest of it stays', async () => {
    const plan = await planOf({ values: versionOf('2.1.0') });
    expect(lockAfter(plan)).toBe(lockOf('2.1.0', DIGEST_2_1_0));
    expect(plan.files.map(({ path }) => path)).toEqual(['helm/shop/Chart.yaml', 'helm/shop/Chart.lock']);
    expect(plan.changedValues).toMatchObject([
      { path: 'dependencies[name=common].version', now: '2.1.0' },
      { path: 'dependencies[0].version', old: '2.0.0', now: '2.1.0' },
      { path: 'digest', old: DIGEST_2_0_0, now: DIGEST_2_1_0 },
    ]);
  });

  it('is not changed again by a second run', async () => {
    const chart = CHART_YAML.replace('2.0.0 #', '2.1.0 #');
    expect((await planOf({ values: versionOf('2.1.0'), chart, lock: lockOf('2.1.0', DIGEST_2_1_0) })).files).toEqual(
      [],
    );
  });

  it('stays when no dependency changes', async () => {
    const plan = await planOf({ values: `${versionOf('2.0.0')}\nChart.yaml:name=store` });
    expect(plan.files.map(({ path }) => path)).toEqual(['helm/shop/Chart.yaml']);
  });

  it('stays as the user sets it', async () => {
    const plan = await planOf({ values: `${versionOf('~2.1.0')}\nChart.lock:digest=sha256:mine` });
    expect(lockAfter(plan)).toBe(LOCK.replace(DIGEST_2_0_0, 'sha256:mine'));
  });

  it('stays when the chart is skipped', async () => {
    const plan = await planOf({ values: versionOf('2.1.0'), inputs: { version: '0.9.0' } });
    expect(plan.files).toEqual([]);
  });

  it('gets another digest for another alias, with the same version', async () => {
    const chart = CHART_YAML.replace('    repository', '    alias: base\n    repository');
    const [before, after] = ['base', 'core'].map((alias) => {
      const fields = { name: 'common', version: '2.0.0', repository: 'file://../common' };
      return dependencyDigest([dependency({ ...fields, alias })], [dependency(fields)]);
    });
    const values = 'Chart.yaml:dependencies[0].alias=core';
    expect(lockAfter(await planOf({ values, chart, lock: lockOf('2.0.0', before ?? '') }))).toBe(
      lockOf('2.0.0', after ?? ''),
    );
  });

  it('keeps the v that the version has in the repository', async () => {
    const fields = { name: 'common', version: '2.0.0', repository: 'file://../common' };
    const digest = dependencyDigest([dependency(fields)], [dependency({ ...fields, version: 'v2.0.0' })]);
    const plan = await planOf({ values: versionOf('2.1.0'), lock: lockOf('v2.0.0', digest) });
    expect(lockAfter(plan)).toContain('  version: v2.1.0\n');
  });

  it.each<[string, Scene, string]>([
    ['a range', { values: versionOf('~2.1.0') }, 'the version ~2.1.0 of common is not exact'],
    ['an incomplete version', { values: versionOf('2.1') }, 'the version 2.1 of common is not exact'],
    [
      'another repository',
      { values: 'Chart.yaml:dependencies[0].repository=oci://r.io/charts' },
      'the repository of common changes',
    ],
    ['another name', { values: 'Chart.yaml:dependencies[0].name=core' }, 'the repository of core changes, or its name'],
    [
      'a lock that was outdated before',
      { values: versionOf('2.1.0'), lock: lockOf('2.0.0', DIGEST_2_1_0) },
      'it did not match the dependencies before',
    ],
    [
      'a lock without the dependency',
      { values: versionOf('2.1.0'), lock: 'dependencies: []\ndigest: x\n' },
      'it did not match the dependencies before',
    ],
    ['an empty lock', { values: versionOf('2.1.0'), lock: '' }, 'it did not match the dependencies before'],
  ])('cannot follow %s: an error names the command, in a checkout a warning', async (_, scene, reason) => {
    const message = `helm/shop/Chart.lock would no longer match helm/shop/Chart.yaml: ${reason}`;
    await expect(planOf(scene)).rejects.toThrow(message);
    await expect(planOf(scene)).rejects.toThrow('run helm dependency update');
    const plan = await planOf({ ...scene, context: { isCheckout: true } });
    expect(plan.warnings.join('\n')).toContain(message);
    expect(plan.files.map(({ path }) => path)).toEqual(['helm/shop/Chart.yaml']);
  });

  it('of a chart with apiVersion v1 is requirements.lock', async () => {
    const request = await settings({ version: 'none', values: versionOf('2.1.0').replace('Chart', 'requirements') });
    const dependencies = CHART_YAML.slice(CHART.length);
    const plan = makePlan(
      request,
      filesOf({
        'helm/shop/Chart.yaml': CHART,
        'helm/shop/requirements.yaml': dependencies,
        'helm/shop/requirements.lock': LOCK,
      }),
    );
    expect(newText(plan, 'helm/shop/requirements.lock')).toBe(lockOf('2.1.0', DIGEST_2_1_0));
  });

  it('that does not exist is not missed', async () => {
    const request = await settings({ version: 'none', values: versionOf('~2.1.0') });
    const plan = makePlan(request, filesOf({ 'helm/shop/Chart.yaml': CHART_YAML }));
    expect(plan.files.map(({ path }) => path)).toEqual(['helm/shop/Chart.yaml']);
  });
});
