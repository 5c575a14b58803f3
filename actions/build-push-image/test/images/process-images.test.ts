import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { readContext } from '../../../lib/context.ts';
import type { ImageName } from '../../../lib/identifiers.ts';
import type { Order } from '../../src/images/image-job.ts';
import { workOff } from '../../src/images/process-images.ts';
import type { Settings } from '../../src/inputs/inputs.ts';
import { digest, FakeBuilder, FakeRegistry, index, order, plan } from '../fakes.ts';

let directory: string;
const outputs = () => readFileSync(join(directory, 'output'), 'utf8');
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'work-off-'));
  writeFileSync(join(directory, 'output'), '');
  process.env.GITHUB_OUTPUT = join(directory, 'output');
});
afterEach(() => {
  delete process.env.GITHUB_OUTPUT;
  rmSync(directory, { recursive: true });
});

const named = (name: string): Order => ({
  ...order,
  name: name as ImageName,
  repository: `prod.example/${name}`,
  plan: { ...plan, repository: `prod.example/${name}` },
});
const settings = { maxParallel: 1, summary: false } as Settings;
const run = {
  context: readContext({ GITHUB_REPOSITORY: 'acme/shop', GITHUB_SHA: 'a'.repeat(40) }),
  release: undefined,
  tags: { tags: [], skipped: [] },
  epoch: 7,
  created: new Date(7000),
  notices: [],
};

it('names an image in the outputs while others are still being built', async () => {
  const registry = new FakeRegistry();
  const seen: string[] = [];
  const builder = new FakeBuilder(registry, () => {
    seen.push(outputs());
    return index('1', 'a');
  });
  await workOff(settings, run, [named('web'), named('api')], { registry, builder });
  expect(seen[0]).toBe('');
  expect(seen[1]).toContain(`{"web":"${digest('1')}"}`);
  expect(outputs()).toContain(`{"web":"${digest('1')}","api":"${digest('1')}"}`);
});

it('gives empty outputs when no image came to be', async () => {
  const registry = new FakeRegistry();
  const builder = new FakeBuilder(registry, () => {
    throw new Error('no');
  });
  await expect(workOff(settings, run, [named('web')], { registry, builder })).rejects.toThrow('no');
  expect(outputs()).toMatch(/^images<<\S+\n\[\]\n/);
});
