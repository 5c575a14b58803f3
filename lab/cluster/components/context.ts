import { realpathSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RegistryEndpoint } from '../../registries/index.ts';
import type { ServiceSpec } from '../../services/supervisor.ts';
import { type ToolName, toolPath, toolsDir } from '../../tools/index.ts';
import { type CommandPrefix, insideNetwork, insideNode } from '../host/namespaces.ts';
import { type ClusterLayout, PORTS } from '../layout.ts';
import type { IdentityName } from '../pki/identities.ts';
import type { KeyPair, Pki } from '../pki/index.ts';
import { createKubeconfig } from '../pki/kubeconfig.ts';

/** What the components of a cluster are created from. */
export interface ClusterContext {
  layout: ClusterLayout;
  pki: Pki;
  /** The registry from which the node pulls images. */
  registry: RegistryEndpoint;
  /** Reference of the image of each pod's pause container. */
  pauseImage: string;
}

/** The inner gateway accepts connections to `port` on this socket. */
export const getSocketPath = (layout: ClusterLayout, port: number): string => join(layout.gateway, `${port}.sock`);

/**
 * System programs come from fixed directories, regardless of this user's path. The machine's proxy settings are cleared,
 * because a proxy cannot reach the cluster's addresses.
 */
function createEnvironment(program: string): Record<string, string> {
  const path = [
    dirname(program),
    toolsDir(),
    '/usr/local/sbin',
    '/usr/local/bin',
    '/usr/sbin',
    '/usr/bin',
    '/sbin',
    '/bin',
  ];
  const proxies = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [name, name.toUpperCase()]);
  return { PATH: path.join(':'), ...Object.fromEntries(proxies.map((name) => [name, ''])), KUBECONFIG: '' };
}

interface Component {
  name: string;
  tool: ToolName;
  /** `node` for programs that mount file systems for pods. */
  namespace: 'network' | 'node';
  args: readonly string[];
  /** Its input apart from the arguments. */
  config: readonly string[];
  ready: () => Promise<void>;
}

/** The service of a component that runs in the cluster. */
export function createService(
  context: ClusterContext,
  { name, tool, namespace, args, config, ready }: Component,
): ServiceSpec {
  const prefix: CommandPrefix = namespace === 'node' ? insideNode(context.layout) : insideNetwork(context.layout);
  const program = realpathSync(toolPath(tool));
  return {
    name,
    command: prefix.command,
    args: [...prefix.args, program, ...args],
    env: createEnvironment(program),
    config: config.join('\n'),
    ready,
  };
}

/** Writes the kubeconfig of `identity` for connections within the cluster, and returns its path. */
export async function writeKubeconfig({ layout, pki }: ClusterContext, identity: IdentityName): Promise<string> {
  const pair: KeyPair = pki.identities[identity];
  const file = join(layout.kubeconfigs, identity);
  await mkdir(layout.kubeconfigs, { recursive: true, mode: 0o700 });
  await writeFile(file, createKubeconfig(`https://127.0.0.1:${PORTS.apiServer}`, pki.authorities.cluster, pair), {
    mode: 0o600,
  });
  return file;
}

/**
 * Writes a configuration file as JSON, which is also valid YAML, and returns its path and content. An unchanged file is not
 * written, because kube-proxy exits when its file is written.
 */
export async function writeConfig(
  { layout }: ClusterContext,
  name: string,
  content: unknown,
): Promise<{ file: string; text: string }> {
  const file = join(layout.dir, name);
  const text = typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`;
  const existing = await readFile(file, 'utf8').catch(() => undefined);
  if (existing !== text) await writeFile(file, text, { mode: 0o600 });
  return { file, text };
}
