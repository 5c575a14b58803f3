import { describe, expect, it } from '@jest/globals';
import { makePlan } from '../../src/plan/plan.ts';
import { CHART, filesOf, image, newText, planFor, settings } from '../helpers.ts';

describe('an older run', () => {
  it('never overwrites a newer version', async () => {
    const inputs = { version: '0.9.0', values: 'a=c', images: image('r.io/web', ['0.9.0']) };
    const plan = await planFor(inputs, 'a: b\nimage: {repository: r.io/web, tag: 1.0.0}\n');
    expect(plan.files).toEqual([]);
    expect(plan.charts[0]?.skipped).toContain('helm/shop is at 1.0.0, which is newer than 0.9.0');
  });

  it('goes back with allow-downgrade', async () => {
    const plan = await planFor({ version: '0.9.0', 'allow-downgrade': 'true' }, 'a: b\n');
    expect(plan.charts[0]).toMatchObject({ version: '0.9.0', changed: true });
  });

  it('is detected by its image tags when no version is given', async () => {
    const values = 'image: {repository: r.io/web, tag: 2.0.0}\n';
    const plan = await planFor({ version: 'none', images: image('r.io/web', ['1.9.9']) }, values);
    expect(plan.files).toEqual([]);
    expect(plan.charts[0]?.skipped).toContain('helm/shop has r.io/web at 2.0.0, which is newer than 1.9.9');
  });

  it.each([
    ['none', '0.9.0'],
    ['patch', 'v0.9.9'],
    ['1.0.0', '1.0.0-rc.1'],
    ['1.1.0', '0.9.0'],
  ])('is also detected by its app-version (version %s, app-version %s)', async (version, appVersion) => {
    const inputs = { version, 'app-version': appVersion, values: 'a=c' };
    const plan = await planFor(inputs, 'a: b\n');
    expect(plan.files).toEqual([]);
    expect(plan.charts[0]?.skipped).toContain(
      `helm/shop has the appVersion 1.0.0, which is newer than ${appVersion}; the chart is not changed`,
    );
    const back = await planFor({ ...inputs, 'allow-downgrade': 'true' }, 'a: b\n');
    expect(newText(back, 'helm/shop/Chart.yaml')).toContain(`appVersion: "${appVersion}"`);
  });

  it.each([
    ['a string that is not a version', { version: 'none', 'app-version': 'nightly' }, '1.0.0'],
    ['a previous string that was not a version', { version: 'none', 'app-version': '0.9.0' }, 'nightly'],
    ['a higher one', { version: 'none', 'app-version': '1.0.1' }, '1.0.0'],
    // `helm create` writes appVersion 1.16.0 beside version 0.1.0.
    ['the first version of a new chart', { version: '1.1.0' }, '1.16.0'],
  ])('is not %s', async (_, inputs, appVersion) => {
    const chart = CHART.replace('"1.0.0"', `"${appVersion}"`);
    const plan = await planFor(inputs, '', { 'helm/shop/Chart.yaml': chart });
    expect(plan.charts[0]).toMatchObject({ changed: true, skipped: undefined });
    const lower = 'helm/shop/Chart.yaml: appVersion goes back from 1.16.0 to 1.1.0';
    expect(plan.warnings).toEqual(appVersion === '1.16.0' ? [`${lower}; set app-version: none to keep it`] : []);
  });

  it('skips only the chart that is newer', async () => {
    const request = await settings({ charts: 'a\nb', version: '1.5.0' });
    const files = filesOf({ 'a/Chart.yaml': 'name: a\nversion: 2.0.0\n', 'b/Chart.yaml': 'name: b\nversion: 1.0.0\n' });
    const plan = makePlan(request, files);
    expect(plan.files.map(({ path }) => path)).toEqual(['b/Chart.yaml']);
    expect(plan.charts.map(({ changed }) => changed)).toEqual([false, true]);
  });
});
