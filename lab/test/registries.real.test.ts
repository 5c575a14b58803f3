import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { clearLab } from '../lifecycle/down.ts';
import { findDigest, getBasicAuth, startRegistry } from '../registries/index.ts';
import { LabState } from '../services/state.ts';
import { Supervisor } from '../services/supervisor.ts';
import { startTestServices, type TestServices } from '../testing.ts';

let services: TestServices;
beforeAll(async () => {
  services = await startTestServices({ registry: 2 });
});
afterAll(() => services.stop());

/** The lab as a new `up` in the same directory would load it. */
function reopen() {
  const state = LabState.load(services.dir);
  return { dir: services.dir, state, supervisor: new Supervisor(state) };
}

const pidOf = (name: string) => reopen().state.service(name)?.pid;

describe('a registry', () => {
  const get = (host: string, authorization?: string) =>
    fetch(`http://${host}/v2/`, authorization ? { headers: { authorization } } : {});

  it.each([
    ['no login', () => undefined],
    ['a wrong password', () => getBasicAuth({ username: 'shop', password: 'wrong' })],
    ['an empty password', () => getBasicAuth({ username: 'shop', password: '' })],
    [
      'the password of the other registry',
      () => getBasicAuth(services.registries[1] ?? { username: '', password: '' }),
    ],
  ])('rejects %s', async (_, authorization) => {
    const response = await get(services.registries[0]?.host ?? '', authorization());
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('Basic');
  });

  it('accepts its user, and says which image does not exist', async () => {
    const [registry] = services.registries;
    if (!registry) throw new Error('no registry');
    expect((await get(registry.host, getBasicAuth(registry))).status).toBe(200);
    expect(await findDigest(registry, 'shop/web', 'none')).toBeUndefined();
    await expect(findDigest({ ...registry, password: 'x' }, 'shop/web', 'none')).rejects.toThrow(
      'responded with status 401',
    );
  });

  it('keeps address, password and process when it is started again', async () => {
    const pid = pidOf('registry-test-1');
    expect(await startRegistry(reopen(), 'test-1')).toEqual(services.registries[0]);
    expect(pidOf('registry-test-1')).toBe(pid);
  });
});

describe('a registry whose port was taken while it was down', () => {
  let other: ReturnType<typeof createServer> | undefined;
  afterEach(() => {
    other?.close();
  });

  it('moves to another port and does not disturb the other server', async () => {
    const [registry] = services.registries;
    if (!registry) throw new Error('no registry');
    await reopen().supervisor.stop('registry-test-1');
    const port = Number(registry.host.split(':')[1]);
    other = createServer((_, response) => response.end('mine'));
    await new Promise<void>((resolve) => other?.listen(port, '127.0.0.1', resolve));
    const moved = await startRegistry(reopen(), 'test-1');
    expect(moved.host).not.toBe(registry.host);
    expect(moved.password).toBe(registry.password);
    expect(await (await fetch(`http://127.0.0.1:${port}/v2/`)).text()).toBe('mine');
  });
});

describe('two labs at the same time', () => {
  it('share no port and no password, and stopping one leaves the other running', async () => {
    const other = await startTestServices({ registry: 1 });
    const mine = services.registries[1];
    expect(other.registries[0]?.host).not.toBe(mine?.host);
    expect(other.registries[0]?.password).not.toBe(mine?.password);
    await other.stop();
    await clearLab(other.dir);
    expect(pidOf('registry-test-2')).toBeDefined();
    expect((await fetch(`http://${mine?.host}/v2/`)).status).toBe(401);
  });
});
