import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse, stringify } from 'yaml';
import { toolPath } from '../../tools/index.ts';
import type { World } from '../world.ts';
import { ARGO_NAMESPACE } from './argo.ts';

interface Kubeconfig {
  contexts: { context: { namespace?: string } }[];
}

interface Answer {
  ok: boolean;
  /** What it printed: on success its output, else its complaint. */
  text: string;
}

/** Argo CD's own command line, in somebody's name. */
export interface ArgoUser {
  run(...args: string[]): Promise<Answer>;
}

/** The sentence in the JSON log line with which the command line ends when it fails. */
export function complaintOf(stderr: string): string {
  const last = stderr.trim().split('\n').at(-1) ?? '';
  const message = /"msg":"((?:[^"\\]|\\.)*)"/.exec(last)?.[1];
  return (message ?? last).replace(/^.*desc = /, '');
}

/**
 * Does something with Argo CD in the name of one of its accounts, over its own API. The account's token is made for it, and
 * is taken back at the end; so is the copy of the administrator's kubeconfig that this takes.
 */
export async function asArgoUser<T>(world: World, account: string, work: (user: ArgoUser) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'argocd-'));
  try {
    return await asArgoUserIn(home, world, account, work);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** The same in a directory of its own, which nobody else may read: mkdtemp(3). */
async function asArgoUserIn<T>(
  home: string,
  { cluster }: World,
  account: string,
  work: (user: ArgoUser) => Promise<T>,
): Promise<T> {
  const write = async (name: string, text: string) => {
    await writeFile(join(home, name), text, { mode: 0o600 });
    return join(home, name);
  };
  // Without a server (`--core`) the command line looks for Argo CD in the namespace of the kubeconfig's context.
  const config = parse(await cluster.kubectl('config', 'view', '--raw', '--minify', '--flatten')) as Kubeconfig;
  for (const { context } of config.contexts) context.namespace = ARGO_NAMESPACE;
  const env: Record<string, string> = { HOME: home, KUBECONFIG: await write('kubeconfig', stringify(config)) };
  const run = async (args: readonly string[], more: Record<string, string> = {}): Promise<Answer> => {
    const { failed, stdout, stderr } = await execa(toolPath('argocd'), args, {
      env: { ...env, ...more },
      reject: false,
      stdin: 'ignore',
      timeout: 60_000,
    });
    return failed ? { ok: false, text: complaintOf(stderr) } : { ok: true, text: stdout };
  };
  const administrate = async (...args: string[]): Promise<string> => {
    const { ok, text } = await run([...args, '--core']);
    if (!ok) throw new Error(`argocd ${args.join(' ')} failed: ${text}`);
    return text.trim();
  };

  const id = `story-${Date.now()}`;
  // It ends by itself if this process is ended before it takes it back.
  const token = await administrate(
    ...['account', 'generate-token', '--account', account, '--id', id, '--expires-in', '10m'],
  );
  try {
    const certificate = await cluster.kubectl(
      ...['get', 'secret', 'argocd-secret', `--namespace=${ARGO_NAMESPACE}`],
      '--output=go-template={{index .data "tls.crt" | base64decode}}',
    );
    const server = ['--port-forward', '--port-forward-namespace', ARGO_NAMESPACE];
    const trust = ['--server-crt', await write('server.crt', certificate)];
    return await work({ run: (...args) => run([...args, ...server, ...trust], { ARGOCD_AUTH_TOKEN: token }) });
  } finally {
    await administrate('account', 'delete-token', '--account', account, id);
  }
}
