import { describe, expect, it } from '@jest/globals';
import { makePlan } from '../../src/plan/plan.ts';
import { CHART, filesOf, newText, planFor, settings } from '../helpers.ts';

const chartOf = async (inputs: Record<string, string>, chart: string, values = 'a: b\n'): Promise<string | undefined> =>
  newText(await planFor(inputs, values, { 'helm/shop/Chart.yaml': chart }), 'helm/shop/Chart.yaml');

describe('the version', () => {
  it('and appVersion are written in their old style', async () => {
    expect(await chartOf({ version: '1.4.2' }, CHART)).toBe(
      'apiVersion: v2\nname: shop # the name\nversion: 1.4.2\nappVersion: "1.4.2"\n',
    );
  });

  it('leaves the versions of dependencies alone', async () => {
    const chart = `${CHART}dependencies:\n  - name: redis\n    version: 1.0.0\n`;
    expect(await chartOf({ version: '1.4.2' }, chart)).toContain('name: redis\n    version: 1.0.0\n');
  });

  it.each([
    ['v1.4.2', '1.4.2'],
    ['2.0.0-rc.1+build.5', '2.0.0-rc.1+build.5'],
    ['major', '2.0.0'],
    ['minor', '1.1.0'],
    ['patch', '1.0.1'],
  ])('%s gives %s', async (version, expected) => {
    const plan = await planFor({ version, values: 'a=c' }, 'a: b\n');
    expect(plan.charts[0]).toMatchObject({ previous: '1.0.0', version: expected, appVersion: expected, changed: true });
  });

  it('of a pre-release is bumped to its release', async () => {
    const chart = CHART.replace('version: 1.0.0', 'version: 1.1.0-rc.2');
    expect(await chartOf({ version: 'patch' }, chart)).toContain('version: 1.1.0\n');
  });

  it('is not a change when it is already set', async () => {
    const plan = await planFor({ version: '1.0.0' }, 'a: b\n');
    expect(plan).toMatchObject({ files: [], changedValues: [], charts: [{ version: '1.0.0', changed: false }] });
  });

  it('is not bumped when nothing else changes', async () => {
    expect((await planFor({ version: 'patch', values: 'a=b' }, 'a: b\n')).files).toEqual([]);
  });

  it('is bumped when nothing else is requested, once per run', async () => {
    const request = await settings({ version: 'minor' });
    const files = filesOf({ 'helm/shop/Chart.yaml': CHART });
    expect(makePlan(request, files).charts[0]?.version).toBe('1.1.0');
    expect(makePlan(request, files, { alreadyBumped: new Set(['helm/shop']) }).files).toEqual([]);
  });

  it('does not change with none, while values change', async () => {
    const plan = await planFor({ version: 'none', values: 'a=c' }, 'a: b\n');
    expect(plan.files.map(({ path }) => path)).toEqual(['helm/shop/values.yaml']);
  });

  it('that is not a semantic version cannot be bumped, but can be replaced', async () => {
    const chart = CHART.replace('version: 1.0.0', 'version: 1.0');
    await expect(chartOf({ version: 'patch' }, chart)).rejects.toThrow('the version "1.0" is not a semantic version');
    expect(await chartOf({ version: '1.4.2' }, chart)).toContain('\nversion: 1.4.2\n');
  });

  it('is required in Chart.yaml', async () => {
    await expect(chartOf({ version: '1.4.2' }, 'name: x\n')).rejects.toThrow('helm/shop/Chart.yaml:1: has no version');
    await expect(chartOf({ version: '1.4.2' }, '- a\n')).rejects.toThrow('is not a single mapping');
  });
});

describe('appVersion', () => {
  it('of a chart that has none is not added with auto', async () => {
    const chart = 'name: lib\nversion: 1.0.0\n';
    expect(await chartOf({ version: '1.4.2' }, chart)).toBe('name: lib\nversion: 1.4.2\n');
    expect(await chartOf({ version: '1.4.2', create: 'true' }, chart)).toBe(
      'name: lib\nversion: 1.4.2\nappVersion: 1.4.2\n',
    );
  });

  it.each([
    [
      'by an alias follows',
      'name: s\nversion: &v 1.0.0\nappVersion: *v\n',
      'name: s\nversion: &v 1.4.2\nappVersion: *v\n',
    ],
    [
      'without a value is filled in',
      'version: 1.0.0\nappVersion: # none yet\n',
      'version: 1.4.2\nappVersion: 1.4.2 # none yet\n',
    ],
    ['and a version without values are filled in', 'version:\nappVersion: ~\n', 'version: 1.4.2\nappVersion: 1.4.2\n'],
  ])('%s', async (_, chart, expected) => {
    expect(await chartOf({ version: '1.4.2' }, chart)).toBe(expected);
  });

  it('by an alias of something else is an error', async () => {
    const chart = 'name: &n s\nversion: 1.0.0\nappVersion: *n\n';
    await expect(chartOf({ version: '1.4.2', 'app-version': '1.4.2' }, chart)).rejects.toThrow(
      'appVersion is the alias *n',
    );
  });

  it('given as a string bumps the version, and is quoted when necessary', async () => {
    const chart = 'name: x\nversion: 1.0.0\nappVersion: v1\n';
    expect(await chartOf({ version: 'patch', 'app-version': '1.10' }, chart)).toBe(
      'name: x\nversion: 1.0.1\nappVersion: "1.10"\n',
    );
  });

  it('given as a string is an error when the key is missing', async () => {
    await expect(chartOf({ version: '1.4.2', 'app-version': 'x' }, 'name: x\nversion: 1.0.0\n')).rejects.toThrow(
      'no key "appVersion"',
    );
  });

  it('does not change with none', async () => {
    expect(await chartOf({ version: '1.4.2', 'app-version': 'none' }, CHART)).toContain('appVersion: "1.0.0"');
  });
});
