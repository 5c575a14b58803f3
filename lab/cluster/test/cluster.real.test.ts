import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { startTestHub, type TestHub } from '../../hub/test/helpers.ts';
import { clearLab } from '../../lifecycle/down.ts';
import { saveEndpoint } from '../../lifecycle/endpoints.ts';
import { clusterSteps, type LabStep } from '../../lifecycle/steps.ts';
import { up } from '../../lifecycle/up.ts';
import { findMarked, sendSignal } from '../../services/processes.ts';
import { toolPath } from '../../tools/index.ts';
import { ensureImage, pauseImage } from '../images.ts';
import { type Cluster, type ClusterEndpoint, insideCluster, openCluster, stopCluster } from '../index.ts';
import { type ClusterLayout, clusterLayout, PORTS } from '../layout.ts';
import { clearNamespaces, ensureNamespaces, insideNode } from '../namespaces.ts';
import { prepareCluster, type TestCluster, until } from './test-cluster.ts';
import { traces } from './traces.ts';

let hub: TestHub;
let test: TestCluster;
let layout: ClusterLayout;
let cluster: Cluster;
let endpoint: ClusterEndpoint;
let before: Awaited<ReturnType<typeof traces>>;

beforeAll(async () => {
  hub = await startTestHub();
  test = await prepareCluster(hub.hub.url);
  layout = clusterLayout(test.services.dir);
  before = await traces(test.services.dir, layout);
  ({ endpoint, cluster } = await test.start());
});

afterAll(async () => {
  await clearLab(test.services.dir);
  await hub.close();
});

/** A pod of busybox that runs `script`; its image is in the registry alone, which nobody can read without a login. */
async function runPod(name: string, script: string, more: object = {}): Promise<void> {
  const image = await ensureImage(test.lab(), pauseImage(), test.needs.registry, test.needs.builder, () => {});
  const container = { name, image, command: ['/busybox', 'sh', '-c', script], ...more };
  const metadata = { name, namespace: 'default', labels: { app: name } };
  await cluster.apply([
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 0, containers: [container] },
    },
  ]);
  await cluster.kubectl('wait', '--for=condition=Ready', `pod/${name}`, '--timeout=120s');
}

/**
 * What the cluster left. What another lab begins on this machine sees all mounts for a moment, before it turns to its own;
 * so something that is gone within seconds was not left.
 */
async function tracesLeft() {
  const deadline = Date.now() + 5_000;
  for (;;) {
    const left = await traces(test.services.dir, layout);
    if (isDeepStrictEqual(left, before) || Date.now() > deadline) return left;
    await sleep(250);
  }
}

const inPod = (name: string, ...command: string[]) => cluster.kubectl('exec', name, '--', '/busybox', ...command);

const kubectlAs = (identity: string, ...args: string[]) => {
  const { command, args: prefix } = insideCluster(test.services.dir);
  const kubeconfig = `--kubeconfig=${join(layout.kubeconfigs, identity)}`;
  return execa(command, [...prefix, toolPath('kubectl'), kubeconfig, ...args], { reject: false });
};

describe('a pod', () => {
  beforeAll(async () => {
    await runPod(
      'web',
      'mkdir -p /tmp/www && echo hello > /tmp/www/index.html && exec /busybox httpd -f -p 8080 -h /tmp/www',
      {
        ports: [{ containerPort: 8080 }],
        securityContext: { runAsUser: 0 },
      },
    );
    const port = { port: 80, targetPort: 8080, nodePort: PORTS.web };
    const metadata = { name: 'web', namespace: 'default' };
    await cluster.apply([
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: { type: 'NodePort', selector: { app: 'web' }, ports: [port] },
      },
    ]);
    await runPod('client', 'sleep 2147483647');
  });

  it('reaches the hub by its name, and nothing of the world', async () => {
    expect(
      await inPod('client', 'wget', '-qO-', `${endpoint.hubUrl}/alice/shop.git/info/refs?service=git-upload-pack`),
    ).toContain('# service=git-upload-pack');
    expect(await inPod('client', 'ip', 'route')).toContain('default via 10.244.0.1');
    await expect(inPod('client', 'timeout', '2', '/busybox', 'wget', '-qO-', 'http://192.0.2.1/')).rejects.toThrow(
      /unreachable|timed out/,
    );
  });

  it('reaches a service by name, and other pods through it', async () => {
    const answer = () => inPod('client', 'wget', '-qO-', 'http://web.default.svc.cluster.local/');
    expect(await until(60, answer, (text) => text === 'hello')).toBe('hello');
    // Also itself, by the way out and back in.
    expect(await inPod('web', 'wget', '-qO-', 'http://web.default.svc.cluster.local/')).toBe('hello');
  });

  it('is reached from this machine through the gateway, and from the cluster’s network at the node’s port', async () => {
    expect(await (await fetch(endpoint.webUrl)).text()).toBe('hello\n');
    const { command, args } = insideCluster(test.services.dir);
    const script = `fetch('http://127.0.0.1:${PORTS.web}').then((answer) => answer.text()).then((text) => process.stdout.write(text))`;
    const { stdout } = await execa(command, [...args, toolPath('node'), '-e', script]);
    expect(stdout).toBe('hello');
  });

  it('killed from inside is started again', async () => {
    await runPod('victim', 'trap "/busybox sleep 1; exit 3" TERM; while :; do /busybox sleep 1; done');
    await inPod('victim', 'kill', '1');
    const status = () => cluster.kubectl('get', 'pod', 'victim', '--output=jsonpath={.status.containerStatuses[0]}');
    const [first] = [
      JSON.parse(await until(60, status, (text) => JSON.parse(text).restartCount === 1 && JSON.parse(text).ready)),
    ];
    expect(first.lastState.terminated).toMatchObject({ exitCode: 3 });
  });
});

describe('who may do what', () => {
  it.each([
    ['kubelet', ['get', 'secrets', '--all-namespaces']],
    ['kubelet', ['create', 'clusterrole', 'mine', '--verb=get', '--resource=pods']],
    ['kubelet', ['label', 'node', 'lab', 'node-restriction.kubernetes.io/x=y']],
    ['kube-proxy', ['get', 'secrets', '--all-namespaces']],
    ['coredns', ['get', 'configmaps', '--all-namespaces']],
    ['scheduler', ['delete', 'node', 'lab']],
    ['controller-manager', ['create', 'clusterrole', 'mine', '--verb=get', '--resource=pods']],
  ])('%s is refused: kubectl %j', async (identity, args) => {
    const result = await kubectlAs(identity, ...args);
    expect(result.stderr).toContain('Forbidden');
  });

  it('every component is known by a name of its own', async () => {
    const names = await Promise.all(
      ['kubelet', 'kube-proxy', 'coredns', 'scheduler', 'controller-manager'].map(async (identity) => {
        const { stdout } = await kubectlAs(identity, 'auth', 'whoami', '--output=jsonpath={.status.userInfo.username}');
        return stdout;
      }),
    );
    expect(names).toEqual([
      'system:node:lab',
      'system:kube-proxy',
      'lab:coredns',
      'system:kube-scheduler',
      'system:kube-controller-manager',
    ]);
  });

  it('nobody gets in without a certificate: neither to the API nor to the kubelet nor to etcd', async () => {
    const { command, args } = insideCluster(test.services.dir);
    const script = `
      const ask = (url) => new Promise((resolve) => require('node:https')
        .get(url, { rejectUnauthorized: false, agent: false }, (answer) => resolve(answer.resume().statusCode))
        .on('error', (error) => resolve(error.code)));
      Promise.all(['https://127.0.0.1:6443/version', 'https://10.244.0.1:10250/pods', 'https://127.0.0.1:2379/version'].map(ask))
        .then((answers) => process.stdout.write(JSON.stringify(answers), () => process.exit()));`;
    const { stdout } = await execa(command, [...args, toolPath('node'), '-e', script]);
    expect(JSON.parse(stdout)).toEqual([401, 401, expect.stringMatching(/^ERR_SSL_.*CERTIFICATE/)]);
  });

  it('no address of this machine but 127.0.0.1 leads to the cluster', async () => {
    // Listening is state 0A: proc(5).
    const sockets = readFileSync('/proc/net/tcp', 'utf8').split('\n');
    const listeners = sockets
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state]) => state === '0A')
      .map(([, address = '']) => address);
    const port = Number(new URL(await cluster.apiServer()).port)
      .toString(16)
      .toUpperCase()
      .padStart(4, '0');
    expect(listeners.filter((address) => address.endsWith(`:${port}`) && !address.startsWith('0100007F'))).toEqual([]);
    expect(listeners).toContain(`0100007F:${port}`);
  });
});

/**
 * The kubelet waits longer each time before it starts a container again that has ended, up to five minutes, and these tests end them often.
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
 */
const LONGER_THAN_BACK_OFF = '--timeout=360s';

describe('the cluster', () => {
  it('is like any other to whoever has its kubeconfig alone', async () => {
    const foreign = openCluster({ kubeconfig: endpoint.kubeconfig, context: 'lab' });
    expect((await foreign.get('node', 'lab')).kind).toBe('Node');
    expect(await foreign.find('configmap', 'absent')).toBeUndefined();
    await expect(foreign.kubectl('get', 'nonsense')).rejects.toThrow('kubectl get nonsense failed');
  });

  it('is kept when it is started again', async () => {
    const pids = () => test.lab().state.services.map(({ name, pid }) => [name, pid]);
    const first = pids();
    await test.start();
    expect(pids()).toEqual(first);
  });

  it('is not held by the node of another lab on this machine, which is made anew when it was left half done', async () => {
    const other = clusterLayout(await mkdtemp(join(tmpdir(), 'lab-test-')));
    const { command, args } = insideNode(other);
    const inside = async (...program: string[]) => (await execa(command, [...args, ...program])).stdout;
    try {
      await ensureNamespaces(other);
      const mounts = await inside('cat', '/proc/self/mountinfo');
      expect(mounts).toContain(other.kubelet);
      expect(mounts.split('\n').filter((line) => line.includes(layout.dir))).toEqual([]);
      expect(mounts).not.toContain(' - nsfs ');

      // What is there and complete stays; what a kill left incomplete does not.
      await inside('umount', '/var/lib/kubelet');
      await ensureNamespaces(other);
      expect(await inside('cat', '/proc/self/mountinfo')).not.toContain(other.kubelet);
      await rm(join(other.namespaces, 'complete'));
      await ensureNamespaces(other);
      expect(await inside('cat', '/proc/self/mountinfo')).toContain(other.kubelet);
    } finally {
      await clearNamespaces(other);
      await rm(dirname(other.dir), { recursive: true });
    }
  });

  it('stops without a trace', async () => {
    await stopCluster(test.lab().state);
    expect(await tracesLeft()).toEqual(before);
  });

  it('starts again with what it had, and stops without a trace also when all of it was killed', async () => {
    ({ cluster } = await test.start());
    await cluster.kubectl('wait', '--for=condition=Ready', 'pod/web', 'pod/client', LONGER_THAN_BACK_OFF);
    const names = [
      'etcd',
      'kube-apiserver',
      'kubelet',
      'containerd',
      'kube-proxy',
      'gateway-inside',
      'gateway-outside',
      'coredns',
    ];
    for (const name of names) for (const each of findMarked(test.services.dir, name)) sendSignal(each, 'SIGKILL');
    await stopCluster(test.lab().state);
    expect(await tracesLeft()).toEqual(before);
  });

  it('starts over what a kill left, the way a second `up` does', async () => {
    ({ cluster } = await test.start());
    for (const name of ['containerd', 'kube-apiserver']) {
      for (const each of findMarked(test.services.dir, name)) sendSignal(each, 'SIGKILL');
    }
    const lab = test.lab();
    await lab.supervisor.adopt();
    ({ cluster } = await test.start());
    await cluster.kubectl('wait', '--for=condition=Ready', 'pod/web', LONGER_THAN_BACK_OFF);
  });

  it('leaves nothing of itself when a later step of `up` fails, pods included', async () => {
    await stopCluster(test.lab().state);
    const { state } = test.lab();
    const { registry, builder } = test.needs;
    saveEndpoint(state, 'registries', { staging: registry, production: registry });
    saveEndpoint(state, 'builder', builder);
    saveEndpoint(state, 'hub', { url: hub.hub.url, adminToken: '' });
    const failing: LabStep = {
      title: 'A step that fails once pods run',
      async run() {
        await cluster.kubectl('wait', '--for=condition=Ready', 'pod/web', LONGER_THAN_BACK_OFF);
        throw new Error('enough');
      },
    };
    await expect(up(test.services.dir, [...clusterSteps.slice(1, 2), failing])).rejects.toThrow('enough');
    expect(await tracesLeft()).toEqual(before);
  });
});
