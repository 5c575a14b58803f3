/**
 * The hub and the runner in one process, as the lab's `up` starts it: `node lab/lifecycle/server.ts CONFIG.json`.
 * The runner needs no network access to the hub: it is called with events directly and reads the hub's store.
 */
import { readFileSync } from 'node:fs';
import { type Hub, startHub } from '../hub/index.ts';
import { Runner, type RunnerHost } from '../runner/runner.ts';

export interface ServerConfig {
  hub: { dataDir: string; port: number; adminToken: string };
  runner: {
    act: string;
    directory: string;
    hostEnv: Record<string, string>;
    jobs: Record<string, string[]>;
  };
}

/** What the runner sees of the hub. */
export function createRunnerHost(hub: Hub): RunnerHost {
  const values = (entries: readonly { name: string; value: string }[]) =>
    Object.fromEntries(entries.map(({ name, value }) => [name, value]));
  return {
    serverUrl: hub.url,
    apiUrl: hub.apiUrl,
    graphqlUrl: hub.graphqlUrl,
    runs: hub.runs,
    bareRepository: (name) => hub.admin.gitDirectory(name),
    secrets: (name) => values(hub.admin.secrets(name)),
    variables: (name) => values(hub.admin.variables(name)),
    issueToken: (repository, permissions) => hub.admin.createJobToken(repository, permissions),
    revokeToken: (token) => void hub.admin.deleteToken(token),
  };
}

/** Starts both and stops them, including the current run, on SIGTERM or SIGINT. */
export async function serve({ hub: hubConfig, runner: runnerConfig }: ServerConfig): Promise<void> {
  let runner: Runner | undefined;
  const hub = await startHub({
    ...hubConfig,
    onEvent: (event) => {
      if (event.triggersWorkflows) runner?.handle(event);
    },
    onRerun: (event, path) => runner?.rerun(event, path),
  });
  runner = new Runner({ host: createRunnerHost(hub), ...runnerConfig });
  const stop = async () => {
    await runner?.close();
    await hub.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  console.log(`The hub listens on ${hub.url}`);
}

if (import.meta.main) {
  const [path] = process.argv.slice(2);
  if (path === undefined) throw new Error('usage: node lab/lifecycle/server.ts CONFIG.json');
  await serve(JSON.parse(readFileSync(path, 'utf8')) as ServerConfig);
}
