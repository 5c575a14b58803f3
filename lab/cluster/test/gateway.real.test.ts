import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ensureTools } from '../../tools/index.ts';
import { createGatewayServices } from '../gateway/services.ts';
import { getClusterLayout } from '../layout.ts';

let dir = '';
beforeEach(async () => {
  await ensureTools(['node', 'nsenter']);
  dir = await mkdtemp(join(tmpdir(), 'gateways-'));
});
afterEach(() => rm(dir, { recursive: true }));

it('only its user can read the configuration files of the gateway', async () => {
  const layout = getClusterLayout(dir);
  await mkdir(layout.dir, { recursive: true });
  const services = await createGatewayServices(layout, { apiServer: 1, web: 2, registry: 3 });
  const files = services.map(({ args }) => args?.at(-1) ?? '');
  expect(files.map(dirname)).toEqual([layout.dir, layout.dir]);
  for (const file of files) expect((await stat(file)).mode & 0o777).toBe(0o600);
});
