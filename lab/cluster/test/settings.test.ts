import { describe, expect, it } from '@jest/globals';
import { createContainerdConfig, createRegistryConfig } from '../components/containerd-config.ts';
import { createGatewayRoutes } from '../gateway/services.ts';
import { parseCgroupMounts } from '../host/cgroups.ts';
import { findNamespaceMounts } from '../host/namespaces.ts';
import { getClusterLayout, NETWORK, PORTS } from '../layout.ts';

describe('parseHierarchies', () => {
  it.each([
    [
      'one per controller',
      'cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\ncgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\nproc /proc proc rw 0 0\n',
      [
        { path: '/sys/fs/cgroup/cpu', version: 1 },
        { path: '/sys/fs/cgroup/memory', version: 1 },
      ],
    ],
    ['a single one', 'cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n', [{ path: '/sys/fs/cgroup', version: 2 }]],
    ['none', 'tmpfs /sys/fs/cgroup tmpfs rw 0 0\n', []],
  ])('finds %s', (_, table, expected) => {
    expect(parseCgroupMounts(table)).toEqual(expected);
  });
});

describe('keptNamespaces', () => {
  it('returns the directory of each lab once, including an empty one, and namespaces that are mounted elsewhere', () => {
    const table = [
      '21 1 8:1 / / rw - ext4 /dev/sda rw',
      '22 21 0:4 net:[4026531840] /run/netns/blue rw shared:1 - nsfs nsfs rw',
      '23 21 8:1 /a/cluster/namespaces /a\\040b/cluster/namespaces rw - ext4 /dev/sda rw',
      '24 23 0:4 net:[4026531841] /a\\040b/cluster/namespaces/network rw - nsfs nsfs rw',
      '25 23 0:4 mnt:[4026531842] /a\\040b/cluster/namespaces/mount rw - nsfs nsfs rw',
      '26 21 8:1 /b/cluster/namespaces /b/cluster/namespaces rw - ext4 /dev/sda rw',
      '27 21 0:9 / /a/cluster/kubelet rw - tmpfs tmpfs rw',
      '',
    ].join('\n');
    expect(findNamespaceMounts(table)).toEqual(['/run/netns/blue', '/b/cluster/namespaces', '/a b/cluster/namespaces']);
  });
});

describe('clusterLayout', () => {
  it('shares no path between two labs', () => {
    const [first, second] = [getClusterLayout('/tmp/first'), getClusterLayout('/tmp/second')];
    const shared = Object.values(first).filter((value) => (Object.values(second) as string[]).includes(value));
    expect(shared).toEqual([]);
  });

  it('has socket paths within the kernel’s limit, even for a long directory name', () => {
    const { gateway } = getClusterLayout(`/tmp/${'long/'.repeat(40)}`);
    expect(Buffer.byteLength(`${gateway}/out-65535.sock`)).toBeLessThanOrEqual(107);
  });
});

describe('containerdConfig', () => {
  const settings = {
    root: '/lab/"root"',
    network: '/lab/net',
    plugins: '/lab/cni',
    shim: '/lab/shim',
    runc: '/usr/sbin/runc',
    pauseImage: 'localhost:1/lab/pause@sha256:a',
    registries: '/lab/registries',
  };

  it('quotes its settings', () => {
    const text = createContainerdConfig(settings);
    expect(text).toContain('root = "/lab/\\"root\\""');
    expect(text).toContain('config_path = "/lab/registries"');
  });

  it('logs in to the registry over plain HTTP', () => {
    const text = createRegistryConfig({ host: 'localhost:1', username: 'u', password: 'p"\\' });
    expect(text).toContain('[host."http://localhost:1"]');
    expect(text).toContain(`authorization = "Basic ${btoa('u:p"\\')}"`);
  });
});

describe('gatewayRoutes', () => {
  const layout = getClusterLayout('/tmp/lab');
  const ports = { apiServer: 1, web: 2, registry: 3, hub: 4 };

  it('listens on 127.0.0.1 outside, and for pods only on the hub’s port', () => {
    const { inside, outside } = createGatewayRoutes(layout, ports);
    const hosts = (routes: typeof inside) =>
      routes.flatMap(({ from }) => ('host' in from ? [`${from.host}:${from.port}`] : []));
    expect(hosts(outside)).toEqual(['127.0.0.1:1', '127.0.0.1:2']);
    expect(hosts(inside)).toEqual(['127.0.0.1:3', `${NETWORK.nodeAddress}:4`]);
  });

  it('connects both sides with one socket per route', () => {
    const { inside, outside } = createGatewayRoutes(layout, ports);
    const paths = (routes: typeof inside, end: 'from' | 'to') =>
      routes.flatMap((route) => ('path' in route[end] ? [route[end].path] : []));
    expect(paths(inside, 'to')).toEqual(paths(outside, 'from'));
    for (const path of paths(outside, 'to')) expect(paths(inside, 'from')).toContain(path);
    expect(paths(inside, 'from')).toHaveLength(Object.keys(PORTS).length);
  });

  it('works without a hub', () => {
    const { inside, outside } = createGatewayRoutes(layout, { ...ports, hub: undefined });
    expect(JSON.stringify([inside, outside])).not.toContain('"port":4}');
  });
});
