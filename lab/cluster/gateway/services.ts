import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceSpec } from '../../services/supervisor.ts';
import { toolPath } from '../../tools/index.ts';
import { getSocketPath } from '../components/context.ts';
import { checkListening } from '../components/health.ts';
import { insideNetwork } from '../host/namespaces.ts';
import { type ClusterLayout, NETWORK, PORTS } from '../layout.ts';
import type { Route } from './proxy.ts';

/** Ports on 127.0.0.1 of this machine that the gateway connects with the cluster. */
export interface GatewayPorts {
  /** Port of the API server. */
  apiServer: number;
  /** Port of the shop. */
  web: number;
  /** Port of the registry. Its name is the same on the node as on this machine: `localhost:PORT`. */
  registry: number;
  /** Port of the hub, if the lab has one. Pods reach it as hub.lab on the same port. */
  hub?: number | undefined;
}

const PROXY = join(import.meta.dirname, 'proxy.ts');

const local = (port: number) => ({ host: '127.0.0.1', port });

/** The routes of both proxies. */
export function createGatewayRoutes(layout: ClusterLayout, ports: GatewayPorts): Record<'inside' | 'outside', Route[]> {
  const out = (port: number) => ({ path: join(layout.gateway, `out-${port}.sock`) });
  const into = (port: number) => ({ path: getSocketPath(layout, port) });
  const hub = ports.hub === undefined ? [] : [ports.hub];
  return {
    inside: [
      ...Object.values(PORTS).map((port) => ({ from: into(port), to: local(port) })),
      { from: local(ports.registry), to: out(ports.registry) },
      ...hub.map((port) => ({ from: { host: NETWORK.nodeAddress, port }, to: out(port) })),
    ],
    outside: [
      ...[ports.registry, ...hub].map((port) => ({ from: out(port), to: local(port) })),
      { from: local(ports.apiServer), to: into(PORTS.apiServer) },
      { from: local(ports.web), to: into(PORTS.web) },
    ],
  };
}

/** The two proxies of the gateway as services. */
export async function createGatewayServices(layout: ClusterLayout, ports: GatewayPorts): Promise<ServiceSpec[]> {
  await mkdir(layout.gateway, { recursive: true, mode: 0o700 });
  const routes = createGatewayRoutes(layout, ports);
  const node = toolPath('node');
  const inside = insideNetwork(layout);
  const write = async (side: 'inside' | 'outside') => {
    const file = join(layout.dir, `gateway-${side}.json`);
    const config = JSON.stringify(routes[side], null, 2);
    await writeFile(file, config, { mode: 0o600 });
    return { file, config };
  };
  const [insideConfig, outsideConfig] = [await write('inside'), await write('outside')];
  return [
    {
      name: 'gateway-inside',
      command: inside.command,
      args: [...inside.args, node, PROXY, insideConfig.file],
      config: insideConfig.config,
      ready: () => checkListening(getSocketPath(layout, PORTS.apiServer)),
    },
    {
      name: 'gateway-outside',
      command: node,
      args: [PROXY, outsideConfig.file],
      port: ports.apiServer,
      config: outsideConfig.config,
      ready: () => checkListening(join(layout.gateway, `out-${ports.registry}.sock`)),
    },
  ];
}
