import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builderEnv } from '../builder/index.ts';
import type { Lab } from '../lab.ts';
import { choosePort, onFreePorts } from '../services/ports.ts';
import { toolPath } from '../tools/index.ts';
import { endpointOf, type LabEndpoints } from './endpoints.ts';
import type { ServerConfig } from './server.ts';

const SERVICE = 'hub';

/**
 * Jobs of the workflows that the lab does not run on an event. The other checks of a pull request are the commands of this
 * checkout itself (`npm run check`, `npm test`), which whoever works on it runs anyway; in the lab they would run in themselves.
 */
const JOBS: ServerConfig['runner']['jobs'] = { '.github/workflows/ci.yml': ['chart'] };

/** What steps of a workflow inherit: the way to the tools, the builder and, behind a proxy, the network. Nothing else of this user. */
function stepEnvironment(lab: Lab, home: string): Record<string, string> {
  const all = builderEnv(endpointOf(lab.state, 'builder'));
  const network = Object.entries(all).filter(([name]) =>
    /^(https?_proxy|no_proxy|.*_CA_CERTS|SSL_CERT_(FILE|DIR))$/i.test(name),
  );
  const { PATH = '', DOCKER_CONFIG = '', BUILDX_CONFIG = '' } = all;
  return { ...Object.fromEntries(network), PATH, DOCKER_CONFIG, BUILDX_CONFIG, HOME: home, LANG: 'C.UTF-8' };
}

/** Starts the hub with its runner, or keeps it running. */
export async function startHubService(lab: Lab): Promise<LabEndpoints['hub']> {
  const dir = join(lab.dir, 'hub');
  const home = join(dir, 'home');
  await mkdir(home, { recursive: true, mode: 0o700 });
  const adminToken = lab.state.secret('hub/admin', () => randomBytes(24).toString('base64url'));
  const file = join(dir, 'config.json');
  return onFreePorts(async () => {
    const port = await choosePort(lab.state, SERVICE);
    const config: ServerConfig = {
      hub: { dataDir: join(dir, 'data'), port, adminToken },
      runner: { act: toolPath('act'), directory: join(dir, 'runner'), hostEnv: stepEnvironment(lab, home), jobs: JOBS },
    };
    const text = JSON.stringify(config, null, 2);
    await writeFile(file, text, { mode: 0o600 });
    const url = `http://127.0.0.1:${port}`;
    await lab.supervisor.start({
      name: SERVICE,
      command: toolPath('node'),
      args: [join(import.meta.dirname, 'server.ts'), file],
      port,
      config: text,
      ready: async () => {
        const answer = await fetch(`${url}/_lab/health`, {
          headers: { authorization: `Bearer ${adminToken}` },
          signal: AbortSignal.timeout(2000),
        });
        if (!answer.ok) throw new Error(`it answers with status ${answer.status}`);
      },
    });
    return { url, adminToken };
  });
}
