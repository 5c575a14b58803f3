import { realpathSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RegistryEndpoint } from '../../registries/index.ts';
import type { ServiceSpec } from '../../services/supervisor.ts';
import { type ToolName, toolPath, toolsDir } from '../../tools/index.ts';
import type { IdentityName } from '../identities.ts';
import { kubeconfig } from '../kubeconfig.ts';
import { type ClusterLayout, PORTS } from '../layout.ts';
import { type CommandPrefix, insideNetwork, insideNode } from '../namespaces.ts';
import type { KeyPair, Pki } from '../pki.ts';

/** What the components of one cluster are made from. */
export interface ClusterContext {
  layout: ClusterLayout;
  pki: Pki;
  /** Where the node pulls images from. */
  registry: RegistryEndpoint;
  /** Reference of the image that holds each pod's namespaces. */
  pauseImage: string;
}

/** The side of the gateway inside the cluster listens here for connections to `port`. */
export const socketTo = (layout: ClusterLayout, port: number): string => join(layout.gateway, `${port}.sock`);

/**
 * Programs of the system come from fixed directories, whatever the path of this user. A proxy of the machine is not for the
 * cluster, whose addresses it does not know.
 */
function environment(program: string): Record<string, string> {
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
  place: 'network' | 'node';
  args: readonly string[];
  /** What it reads beside its arguments. */
  config: readonly string[];
  ready: () => Promise<void>;
  stopWithin?: number;
}

/** A service of the supervisor that runs inside the cluster. */
export function component(
  context: ClusterContext,
  { name, tool, place, args, config, ready, stopWithin }: Component,
): ServiceSpec {
  const prefix: CommandPrefix = place === 'node' ? insideNode(context.layout) : insideNetwork(context.layout);
  const program = realpathSync(toolPath(tool));
  return {
    name,
    command: prefix.command,
    args: [...prefix.args, program, ...args],
    env: environment(program),
    config: config.join('\n'),
    ready,
    ...(stopWithin === undefined ? {} : { stopWithin }),
  };
}

/** Writes the kubeconfig with which `identity` speaks to the API server from inside, and returns its path. */
export async function writeKubeconfig({ layout, pki }: ClusterContext, identity: IdentityName): Promise<string> {
  const pair: KeyPair = pki.identities[identity];
  const file = join(layout.kubeconfigs, identity);
  await mkdir(layout.kubeconfigs, { recursive: true, mode: 0o700 });
  await writeFile(file, kubeconfig(`https://127.0.0.1:${PORTS.apiServer}`, pki.authorities.cluster, pair), {
    mode: 0o600,
  });
  return file;
}

/**
 * Writes a configuration file as JSON, which is YAML too, and returns its path and text. One that says the same is left
 * alone: kube-proxy ends as soon as its file is written to.
 */
export async function writeConfig(
  { layout }: ClusterContext,
  name: string,
  content: unknown,
): Promise<{ file: string; text: string }> {
  const file = join(layout.dir, name);
  const text = typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`;
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== text) await writeFile(file, text, { mode: 0o600 });
  return { file, text };
}
