import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getBuilderEnv } from '../builder/index.ts';
import type { Lab } from '../lab.ts';
import { choosePort, retryOnTakenPort } from '../services/ports.ts';
import { toolPath } from '../tools/index.ts';
import { getEndpoint, type LabEndpoints } from './endpoints.ts';
import type { ServerConfig } from './server.ts';

const SERVICE = 'hub';

/**
 * The only jobs that the lab runs, for workflows that have others. The other checks of a pull request are the commands of this
 * checkout itself (`npm run check`, `npm test`), which contributors run anyway; in the lab they would run inside themselves.
 */
const JOBS: ServerConfig['runner']['jobs'] = { '.github/workflows/ci.yml': ['chart'] };

/** What steps of a workflow inherit: the settings for the tools, the builder and, behind a proxy, the network. Nothing else. */
function getStepEnvironment(lab: Lab, home: string): Record<string, string> {
  const all = getBuilderEnv(getEndpoint(lab.state, 'builder'));
  const network = Object.entries(all).filter(([name]) =>
    /^(https?_proxy|no_proxy|.*_CA_CERTS|SSL_CERT_(FILE|DIR))$/i.test(name),
  );
  const { PATH = '', DOCKER_CONFIG = '', BUILDX_CONFIG = '' } = all;
  return { ...Object.fromEntries(network), PATH, DOCKER_CONFIG, BUILDX_CONFIG, HOME: home, LANG: 'C.UTF-8' };
}

/** Starts the hub with its runner, unless it already runs. */
export async function startHubService(lab: Lab): Promise<LabEndpoints['hub']> {
  const dir = join(lab.dir, 'hub');
  const home = join(dir, 'home');
  await mkdir(home, { recursive: true, mode: 0o700 });
  const adminToken = lab.state.secret('hub/admin', () => randomBytes(24).toString('base64url'));
  const file = join(dir, 'config.json');
  return retryOnTakenPort(async () => {
    const port = await choosePort(lab.state, SERVICE);
    const config: ServerConfig = {
      hub: { dataDir: join(dir, 'data'), port, adminToken },
      runner: {
        act: toolPath('act'),
        directory: join(dir, 'runner'),
        hostEnv: getStepEnvironment(lab, home),
        jobs: JOBS,
      },
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
        const response = await fetch(`${url}/_lab/health`, {
          headers: { authorization: `Bearer ${adminToken}` },
          signal: AbortSignal.timeout(2000),
        });
        if (!response.ok) throw new Error(`it responded with status ${response.status}`);
      },
    });
    return { url, adminToken };
  });
}
