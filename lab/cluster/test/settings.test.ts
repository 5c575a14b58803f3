import { describe, expect, it } from '@jest/globals';
import { parseHierarchies } from '../cgroups.ts';
import { containerdConfig } from '../components/containerd-config.ts';
import { gatewayRoutes } from '../components/gateways.ts';
import { clusterLayout, NETWORK, PORTS } from '../layout.ts';
import { keptNamespaces } from '../namespaces.ts';

describe('parseHierarchies', () => {
  it.each([
    [
      'one for each controller',
      'cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\ncgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\nproc /proc proc rw 0 0\n',
      [
        { path: '/sys/fs/cgroup/cpu', version: 1 },
        { path: '/sys/fs/cgroup/memory', version: 1 },
      ],
    ],
    ['one in all', 'cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n', [{ path: '/sys/fs/cgroup', version: 2 }]],
    ['none', 'tmpfs /sys/fs/cgroup tmpfs rw 0 0\n', []],
  ])('finds %s', (_, table, expected) => {
    expect(parseHierarchies(table)).toEqual(expected);
  });
});

describe('keptNamespaces', () => {
  it('names the directory of each lab once, also an empty one, and a file that is kept elsewhere', () => {
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
    expect(keptNamespaces(table)).toEqual(['/run/netns/blue', '/b/cluster/namespaces', '/a b/cluster/namespaces']);
  });
});

describe('clusterLayout', () => {
  it('gives two labs nothing in common', () => {
    const [one, other] = [clusterLayout('/tmp/one'), clusterLayout('/tmp/other')];
    const shared = Object.values(one).filter((value) => (Object.values(other) as string[]).includes(value));
    expect(shared).toEqual([]);
  });

  it('has sockets short enough for the kernel, however long the directory’s name', () => {
    const { gateway } = clusterLayout(`/tmp/${'long/'.repeat(40)}`);
    expect(Buffer.byteLength(`${gateway}/out-65535.sock`)).toBeLessThanOrEqual(107);
  });
});

describe('containerdConfig', () => {
  const settings = {
    root: '/lab/"root"',
    network: '/lab/net',
    plugins: '/lab/cni',
    runc: '/usr/sbin/runc',
    pauseImage: 'localhost:1/lab/pause@sha256:a',
    registry: { host: 'localhost:1', username: 'u', password: 'p"\\' },
  };

  it('quotes what it is given, and logs in to that registry alone', () => {
    const text = containerdConfig(settings);
    expect(text).toContain('root = "/lab/\\"root\\""');
    expect(text).toContain('registry.configs."localhost:1".auth]\n  username = "u"\n  password = "p\\"\\\\"\n');
    expect(text.match(/registry\.configs/g)).toHaveLength(1);
  });
});

describe('gatewayRoutes', () => {
  const layout = clusterLayout('/tmp/lab');
  const ports = { apiServer: 1, web: 2, registry: 3, hub: 4 };

  it('listens on 127.0.0.1 outside, and for pods only at the hub’s port', () => {
    const { inside, outside } = gatewayRoutes(layout, ports);
    const hosts = (routes: typeof inside) =>
      routes.flatMap(({ from }) => ('host' in from ? [`${from.host}:${from.port}`] : []));
    expect(hosts(outside)).toEqual(['127.0.0.1:1', '127.0.0.1:2']);
    expect(hosts(inside)).toEqual(['127.0.0.1:3', `${NETWORK.nodeAddress}:4`]);
  });

  it('meets in one socket for each way across', () => {
    const { inside, outside } = gatewayRoutes(layout, ports);
    const paths = (routes: typeof inside, end: 'from' | 'to') =>
      routes.flatMap((route) => ('path' in route[end] ? [route[end].path] : []));
    expect(paths(inside, 'to')).toEqual(paths(outside, 'from'));
    for (const path of paths(outside, 'to')) expect(paths(inside, 'from')).toContain(path);
    expect(paths(inside, 'from')).toHaveLength(Object.keys(PORTS).length);
  });

  it('does without a hub', () => {
    const { inside, outside } = gatewayRoutes(layout, { ...ports, hub: undefined });
    expect(JSON.stringify([inside, outside])).not.toContain('"port":4}');
  });
});
