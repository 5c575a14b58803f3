import { describe, expect, it } from '@jest/globals';
import { findingsOf } from '../helpers.ts';

const workload = (kind: string, pod: string): string =>
  `apiVersion: apps/v1\nkind: ${kind}\nmetadata: { name: web }\nspec: { template: { spec: { ${pod} } } }\n`;
const VOLUME = 'spec.template.spec.volumes[0].hostPath';

describe('a path of the node', () => {
  /** A pod that mounts the path with each of these options. */
  const mounts = (path: string, ...options: string[]): string =>
    workload(
      'Deployment',
      `volumes: [{ name: a, hostPath: { path: ${path} } }, { name: b, emptyDir: {} }], containers: [${options
        .map((option) => `{ name: c, volumeMounts: [{ name: b }, { name: a, mountPath: /a, ${option} }] }`)
        .join(', ')}]`,
    );
  const found = (text: string): string[] =>
    ['container-socket', 'host-path'].flatMap((id) => findingsOf(id, text).map((finding) => `${id} ${finding}`));

  it.each([
    ['/var/run/docker.sock'],
    ['/run/docker.sock'],
    ['//var//run/containerd/containerd.sock'],
    ['/run/crio/crio.sock'],
    ['/run/k3s/containerd/containerd.sock'],
  ])('%s is a socket, and reported once, also when it is read-only', (path) => {
    expect(found(mounts(path, 'readOnly: true'))).toEqual([
      `container-socket warning ${VOLUME}: mounts ${path}, the socket of the container runtime of its node`,
    ]);
  });

  it.each([
    ['/proc', 'note', ['readOnly: true']],
    ['/run/docker.sock.d', 'note', ['readOnly: true', 'readOnly: true']],
    ['/proc', 'warning', ['readOnly: true', 'readOnly: false']],
    ['/proc', 'warning', ['']],
    ['/proc', 'warning', []],
    // A socket is below.
    ['/', 'warning', ['readOnly: true']],
    ['/var/run/', 'warning', ['readOnly: true']],
    ['/run/containerd', 'warning', ['readOnly: true']],
  ])('%s is a %s with the mounts %j', (path, level, options) => {
    const readOnly = options.length > 0 && options.every((option) => option === 'readOnly: true');
    const message = `mounts ${path} of its node${readOnly ? ', read-only' : ''}`;
    expect(found(mounts(path, ...options))).toEqual([`host-path ${level} ${VOLUME}: ${message}`]);
  });
});

describe('a port of the node', () => {
  const port = (kind: string, hostPort: string, more = ''): string =>
    workload(kind, `${more} containers: [{ name: web, ports: [{ containerPort: 80 }, { hostPort: ${hostPort} }] }]`);
  const at = 'spec.template.spec.containers[0].ports[1].hostPort: container web uses port 80 of its node';

  it('is a warning, and for a DaemonSet a note', () => {
    expect(findingsOf('host-port', port('Deployment', '80'))).toEqual([`warning ${at}`]);
    expect(findingsOf('host-port', port('DaemonSet', '80'))).toEqual([`note ${at}`]);
  });

  it.each([
    ['no port', port('Deployment', '0')],
    ['the network of the node', port('Deployment', '80', 'hostNetwork: true,')],
  ])('is not reported for %s', (_, text) => {
    expect(findingsOf('host-port', text)).toEqual([]);
  });
});

it('a process of a Windows node is reported for the pod and for each container', () => {
  const options = (value: boolean): string => `securityContext: { windowsOptions: { hostProcess: ${value} } }`;
  const text = workload(
    'DaemonSet',
    `${options(true)}, containers: [{ name: a, ${options(true)} }, { name: b, ${options(false)} }]`,
  );
  expect(findingsOf('host-process', text)).toEqual([
    'warning spec.template.spec.securityContext.windowsOptions.hostProcess: runs as processes of its Windows node',
    'warning spec.template.spec.containers[0].securityContext.windowsOptions.hostProcess: container a runs as a process of its Windows node',
  ]);
  expect(findingsOf('host-process', workload('DaemonSet', options(false)))).toEqual([]);
});
