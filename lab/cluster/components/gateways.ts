import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceSpec } from '../../services/supervisor.ts';
import { toolPath } from '../../tools/index.ts';
import type { Route } from '../gateway.ts';
import { requireListener } from '../health.ts';
import { type ClusterLayout, NETWORK, PORTS } from '../layout.ts';
import { insideNetwork } from '../namespaces.ts';
import { socketTo } from './context.ts';

/** Ports on this machine's 127.0.0.1 that the gateway joins with the cluster. */
export interface GatewayPorts {
  /** Where the API server can be reached. */
  apiServer: number;
  /** Where the shop can be reached. */
  web: number;
  /** The registry, which the node knows by the same name as everybody else: `localhost:PORT`. */
  registry: number;
  /** The hub, if there is one: pods know it as hub.lab on the same port. */
  hub?: number | undefined;
}

const SCRIPT = join(import.meta.dirname, '..', 'gateway.ts');

const local = (port: number) => ({ host: '127.0.0.1', port });

/** What the two sides pass on. */
export function gatewayRoutes(layout: ClusterLayout, ports: GatewayPorts): Record<'inside' | 'outside', Route[]> {
  const out = (port: number) => ({ path: join(layout.gateway, `out-${port}.sock`) });
  const into = (port: number) => ({ path: socketTo(layout, port) });
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

/** The two sides of the gateway as services. */
export async function gateways(layout: ClusterLayout, ports: GatewayPorts): Promise<ServiceSpec[]> {
  await mkdir(layout.gateway, { recursive: true, mode: 0o700 });
  const routes = gatewayRoutes(layout, ports);
  const node = toolPath('node');
  const inside = insideNetwork(layout);
  const write = async (side: 'inside' | 'outside') => {
    const file = join(layout.dir, `gateway-${side}.json`);
    const config = JSON.stringify(routes[side], null, 2);
    await writeFile(file, config, { mode: 0o600 });
    return { file, config };
  };
  const [within, without] = [await write('inside'), await write('outside')];
  return [
    {
      name: 'gateway-inside',
      command: inside.command,
      args: [...inside.args, node, SCRIPT, within.file],
      config: within.config,
      ready: () => requireListener(socketTo(layout, PORTS.apiServer)),
    },
    {
      name: 'gateway-outside',
      command: node,
      args: [SCRIPT, without.file],
      port: ports.apiServer,
      config: without.config,
      ready: () => requireListener(join(layout.gateway, `out-${ports.registry}.sock`)),
    },
  ];
}
