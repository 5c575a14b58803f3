import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse, stringify } from 'yaml';
import type { Cluster } from '../../cluster/index.ts';
import { toolPath } from '../../tools/index.ts';
import type { World } from '../world.ts';
import { ARGO_NAMESPACE } from './argo.ts';

interface Kubeconfig {
  contexts: { context: { namespace?: string } }[];
}

interface CommandResult {
  ok: boolean;
  /** On success the output, otherwise the error message. */
  text: string;
}

/** Argo CD's command line, logged in as one of its accounts. */
export interface ArgoUser {
  run(...args: string[]): Promise<CommandResult>;
}

/** The message of the JSON log line that the command line prints last when it fails. */
export function readErrorMessage(stderr: string): string {
  const last = stderr.trim().split('\n').at(-1) ?? '';
  const message = /"msg":"((?:[^"\\]|\\.)*)"/.exec(last)?.[1];
  return (message ?? last).replace(/^.*desc = /, '');
}

type ArgoCommand = (args: readonly string[], env?: Record<string, string>) => Promise<CommandResult>;

/** Writes a file in a directory of mkdtemp(3), which only this user can read. */
async function writePrivate(directory: string, name: string, text: string): Promise<string> {
  const file = join(directory, name);
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

/** The command line with a copy of the administrator's kubeconfig in `home`. */
async function createArgoCommand(home: string, cluster: Cluster): Promise<ArgoCommand> {
  // Without a server (`--core`) the command line looks for Argo CD in the namespace of the kubeconfig's context.
  const config = parse(await cluster.kubectl('config', 'view', '--raw', '--minify', '--flatten')) as Kubeconfig;
  for (const { context } of config.contexts) context.namespace = ARGO_NAMESPACE;
  const base = { HOME: home, KUBECONFIG: await writePrivate(home, 'kubeconfig', stringify(config)) };
  return async (args, env = {}) => {
    const { failed, stdout, stderr } = await execa(toolPath('argocd'), args, {
      env: { ...base, ...env },
      reject: false,
      stdin: 'ignore',
      timeout: 60_000,
    });
    return failed ? { ok: false, text: readErrorMessage(stderr) } : { ok: true, text: stdout };
  };
}

/**
 * Runs `work` as one of Argo CD's accounts, over its API. The account's token is created for this and deleted at the end, as
 * is the copy of the administrator's kubeconfig.
 */
export async function withArgoUser<T>(
  { cluster }: World,
  account: string,
  work: (user: ArgoUser) => Promise<T>,
): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'argocd-'));
  try {
    const command = await createArgoCommand(home, cluster);
    const administrate = async (...args: string[]): Promise<string> => {
      const { ok, text } = await command([...args, '--core']);
      if (!ok) throw new Error(`argocd ${args.join(' ')} failed: ${text}`);
      return text.trim();
    };
    const id = `story-${Date.now()}`;
    // It expires if this process ends before deleting it.
    const token = await administrate(
      ...['account', 'generate-token', '--account', account, '--id', id, '--expires-in', '10m'],
    );
    try {
      const certificate = await cluster.kubectl(
        ...['get', 'secret', 'argocd-secret', `--namespace=${ARGO_NAMESPACE}`],
        '--output=go-template={{index .data "tls.crt" | base64decode}}',
      );
      const server = [
        ...['--port-forward', '--port-forward-namespace', ARGO_NAMESPACE],
        ...['--server-crt', await writePrivate(home, 'server.crt', certificate)],
      ];
      return await work({ run: (...args) => command([...args, ...server], { ARGOCD_AUTH_TOKEN: token }) });
    } finally {
      await administrate('account', 'delete-token', '--account', account, id);
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
