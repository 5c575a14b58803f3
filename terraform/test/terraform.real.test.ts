import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ENVIRONMENTS, fileArguments, valueFiles } from './environments.ts';
import { configurations, isRoot, Workspace, whyUntestable } from './workspace.ts';

const all = await configurations();
const MIN_RUNS = 200;
const untestable: [string, string][] = [];
for (const configuration of all) {
  const reason = await whyUntestable(configuration);
  if (reason !== undefined) untestable.push([configuration, reason]);
}
const testable = all.filter((configuration) => !untestable.some(([name]) => name === configuration));

let workspace: Workspace;
let runs = 0;
beforeAll(async () => {
  workspace = await Workspace.open();
}, 600_000);
afterAll(() => workspace.close());

/** The number of runs that passed, from Terraform's last line. */
function passed(output: string): number {
  const [, count] = /^Success! (\d+) passed, 0 failed\.$/m.exec(output) ?? [];
  if (count === undefined) throw new Error(output);
  return Number(count);
}

describe('every root and module', () => {
  it('is found', () => {
    expect(all).toEqual([
      'bootstrap',
      'github',
      'platform',
      'modules/aks',
      'modules/identity',
      'modules/monitoring',
      'modules/naming',
      'modules/network',
      'modules/registry',
    ]);
  });

  it('is formatted', async () => {
    expect(await workspace.formatting()).toEqual({ exitCode: 0, output: '' });
  });

  it.each(all)('%s is valid by the real providers’ schemas', async (configuration) => {
    expect(await workspace.succeed(configuration, 'validate')).toContain('The configuration is valid.');
  });

  if (untestable.length > 0)
    it.skip.each(untestable)('%s passes its own tests: Terraform is not on the path, and OpenTofu lacks %s', () => {});

  it.each(testable)(
    '%s passes its own tests',
    async (configuration) => {
      const count = passed(await workspace.succeed(configuration, 'test'));
      expect(count).toBeGreaterThan(5);
      runs += count;
    },
    300_000,
  );
});

/** The tests of the environments use the same features as those of the roots. */
const suite = untestable.length === 0 ? describe : describe.skip;
const where = untestable.length === 0 ? '' : ', with Terraform, which is not on the path';

const environmentTests = ['test', '-test-directory=tests/environments'];

suite.each(Object.keys(ENVIRONMENTS))(`the values of %s${where}`, (environment) => {
  it.each(['platform', 'bootstrap'] as const)(
    'are complete and valid for %s',
    async (root) => {
      expect(isRoot(root)).toBe(true);
      const values = fileArguments(valueFiles(environment, root));
      runs += passed(await workspace.succeed(root, ...environmentTests, ...values));
    },
    120_000,
  );
});

suite(`the values of recovery${where}`, () => {
  it('are valid if production has a replica of its images', async () => {
    const [production = '', recovery = ''] = fileArguments(valueFiles('recovery', 'platform'));
    const copies = `registries=${JSON.stringify({ production: { replica_locations: ['northeurope'] } })}`;
    runs += passed(await workspace.succeed('platform', ...environmentTests, production, '-var', copies, recovery));
  }, 120_000);
});

describe('all tests together', () => {
  const total = untestable.length === 0 ? it : it.skip;
  total(`are ${MIN_RUNS} runs or more${where}`, () => {
    expect(runs).toBeGreaterThanOrEqual(MIN_RUNS);
  });
});
