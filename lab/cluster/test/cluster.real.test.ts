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
import { createSteps, type LabStep } from '../../lifecycle/steps.ts';
import { up } from '../../lifecycle/up.ts';
import { findMarked, sendSignal } from '../../services/processes.ts';
import { toolPath } from '../../tools/index.ts';
import { ensureNamespaces, insideNode, removeNamespaces } from '../host/namespaces.ts';
import { ensureImage, getPauseImage } from '../images.ts';
import { type Cluster, type ClusterEndpoint, connectToCluster, insideCluster, stopCluster } from '../index.ts';
import { type ClusterLayout, getClusterLayout, PORTS } from '../layout.ts';
import { prepareCluster, type TestCluster, waitFor } from './test-cluster.ts';
import { collectTraces } from './traces.ts';

let hub: TestHub;
let test: TestCluster;
let layout: ClusterLayout;
let cluster: Cluster;
let endpoint: ClusterEndpoint;
let before: Awaited<ReturnType<typeof collectTraces>>;

beforeAll(async () => {
  hub = await startTestHub();
  test = await prepareCluster(hub.hub.url);
  layout = getClusterLayout(test.services.dir);
  before = await collectTraces(test.services.dir, layout);
  ({ endpoint, cluster } = await test.start());
});

afterAll(async () => {
  await clearLab(test.services.dir);
  await hub.close();
});

/** Runs `script` in a busybox pod. Its image is only in the registry, which requires a login. */
async function runPod(name: string, script: string, fields: object = {}): Promise<void> {
  const image = await ensureImage(getPauseImage(), { ...test.dependencies, lab: test.lab(), progress: () => {} });
  const container = { name, image, command: ['/busybox', 'sh', '-c', script], ...fields };
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
 * Collects what the cluster left. A process that another lab starts on this machine sees all mounts for a moment, before it
 * enters its own namespace; so a trace that disappears within seconds does not count.
 */
async function collectRemainingTraces() {
  const deadline = Date.now() + 5_000;
  for (;;) {
    const remaining = await collectTraces(test.services.dir, layout);
    if (isDeepStrictEqual(remaining, before) || Date.now() > deadline) return remaining;
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

  it('reaches the hub by name, and nothing on the internet', async () => {
    expect(
      await inPod('client', 'wget', '-qO-', `${endpoint.hubUrl}/alice/shop.git/info/refs?service=git-upload-pack`),
    ).toContain('# service=git-upload-pack');
    expect(await inPod('client', 'ip', 'route')).toContain('default via 10.244.0.1');
    await expect(inPod('client', 'timeout', '2', '/busybox', 'wget', '-qO-', 'http://192.0.2.1/')).rejects.toThrow(
      /unreachable|timed out/,
    );
  });

  it('reaches a service by name, and pods through it', async () => {
    const response = () => inPod('client', 'wget', '-qO-', 'http://web.default.svc.cluster.local/');
    expect(await waitFor(60, response, (text) => text === 'hello')).toBe('hello');
    // It also reaches itself through the service.
    expect(await inPod('web', 'wget', '-qO-', 'http://web.default.svc.cluster.local/')).toBe('hello');
  });

  it('is reachable from this machine through the gateway, and from the cluster’s network on the node port', async () => {
    expect(await (await fetch(endpoint.webUrl)).text()).toBe('hello\n');
    const { command, args } = insideCluster(test.services.dir);
    const script = `fetch('http://127.0.0.1:${PORTS.web}').then((response) => response.text()).then((text) => process.stdout.write(text))`;
    const { stdout } = await execa(command, [...args, toolPath('node'), '-e', script]);
    expect(stdout).toBe('hello');
  });

  it('is restarted when it is killed from inside', async () => {
    await runPod('victim', 'trap "/busybox sleep 1; exit 3" TERM; while :; do /busybox sleep 1; done');
    await inPod('victim', 'kill', '1');
    const status = () => cluster.kubectl('get', 'pod', 'victim', '--output=jsonpath={.status.containerStatuses[0]}');
    const [first] = [
      JSON.parse(await waitFor(60, status, (text) => JSON.parse(text).restartCount === 1 && JSON.parse(text).ready)),
    ];
    expect(first.lastState.terminated).toMatchObject({ exitCode: 3 });
  });
});

describe('permissions', () => {
  it.each([
    ['kubelet', ['get', 'secrets', '--all-namespaces']],
    ['kubelet', ['create', 'clusterrole', 'mine', '--verb=get', '--resource=pods']],
    ['kubelet', ['label', 'node', 'lab', 'node-restriction.kubernetes.io/x=y']],
    ['kube-proxy', ['get', 'secrets', '--all-namespaces']],
    ['coredns', ['get', 'configmaps', '--all-namespaces']],
    ['kube-router', ['get', 'secrets', '--all-namespaces']],
    ['kube-router', ['delete', 'networkpolicy', 'web']],
    ['scheduler', ['delete', 'node', 'lab']],
    ['controller-manager', ['create', 'clusterrole', 'mine', '--verb=get', '--resource=pods']],
  ])('%s is forbidden: kubectl %j', async (identity, args) => {
    const result = await kubectlAs(identity, ...args);
    expect(result.stderr).toContain('Forbidden');
  });

  it('every component has a separate user name', async () => {
    const names = await Promise.all(
      ['kubelet', 'kube-proxy', 'kube-router', 'coredns', 'scheduler', 'controller-manager'].map(async (identity) => {
        const { stdout } = await kubectlAs(identity, 'auth', 'whoami', '--output=jsonpath={.status.userInfo.username}');
        return stdout;
      }),
    );
    expect(names).toEqual([
      'system:node:lab',
      'system:kube-proxy',
      'lab:kube-router',
      'lab:coredns',
      'system:kube-scheduler',
      'system:kube-controller-manager',
    ]);
  });

  it('the API server, the kubelet and etcd reject clients without a certificate', async () => {
    const { command, args } = insideCluster(test.services.dir);
    const script = `
      const request = (url) => new Promise((resolve) => require('node:https')
        .get(url, { rejectUnauthorized: false, agent: false }, (response) => resolve(response.resume().statusCode))
        .on('error', (error) => resolve(error.code)));
      Promise.all(['https://127.0.0.1:6443/version', 'https://10.244.0.1:10250/pods', 'https://127.0.0.1:2379/version'].map(request))
        .then((results) => process.stdout.write(JSON.stringify(results), () => process.exit()));`;
    const { stdout } = await execa(command, [...args, toolPath('node'), '-e', script]);
    expect(JSON.parse(stdout)).toEqual([401, 401, expect.stringMatching(/^ERR_SSL_.*CERTIFICATE/)]);
  });

  it('only 127.0.0.1 of this machine leads to the cluster', async () => {
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
 * The kubelet's back-off before it restarts a container grows up to five minutes, and these tests stop containers often.
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
 */
const BACK_OFF_TIMEOUT = '--timeout=360s';

describe('the cluster', () => {
  it('can be used with its kubeconfig alone', async () => {
    const foreign = connectToCluster({ kubeconfig: endpoint.kubeconfig, context: 'lab' });
    expect((await foreign.get('node', 'lab')).kind).toBe('Node');
    expect(await foreign.find('configmap', 'absent')).toBeUndefined();
    await expect(foreign.kubectl('get', 'nonsense')).rejects.toThrow('kubectl get nonsense failed');
  });

  it('keeps running when it is started again', async () => {
    const pids = () => test.lab().state.services.map(({ name, pid }) => [name, pid]);
    const first = pids();
    await test.start();
    expect(pids()).toEqual(first);
  });

  it('is not referenced by the node of another lab, whose namespaces are recreated if they are incomplete', async () => {
    const other = getClusterLayout(await mkdtemp(join(tmpdir(), 'lab-test-')));
    const { command, args } = insideNode(other);
    const inside = async (...program: string[]) => (await execa(command, [...args, ...program])).stdout;
    try {
      await ensureNamespaces(other);
      const mounts = await inside('cat', '/proc/self/mountinfo');
      expect(mounts).toContain(other.kubelet);
      expect(mounts.split('\n').filter((line) => line.includes(layout.dir))).toEqual([]);
      expect(mounts).not.toContain(' - nsfs ');

      // Complete namespaces are kept; incomplete ones are recreated.
      await inside('umount', '/var/lib/kubelet');
      await ensureNamespaces(other);
      expect(await inside('cat', '/proc/self/mountinfo')).not.toContain(other.kubelet);
      await rm(join(other.namespaces, 'complete'));
      await ensureNamespaces(other);
      expect(await inside('cat', '/proc/self/mountinfo')).toContain(other.kubelet);
    } finally {
      await removeNamespaces(other);
      await rm(dirname(other.dir), { recursive: true });
    }
  });

  it('stops without a trace', async () => {
    await stopCluster(test.lab().state);
    expect(await collectRemainingTraces()).toEqual(before);
  });

  it('restarts with its data, and stops without a trace after all its processes were killed', async () => {
    ({ cluster } = await test.start());
    await cluster.kubectl('wait', '--for=condition=Ready', 'pod/web', 'pod/client', BACK_OFF_TIMEOUT);
    const names = [
      'etcd',
      'kube-apiserver',
      'kubelet',
      'containerd',
      'kube-proxy',
      'kube-router',
      'gateway-inside',
      'gateway-outside',
      'coredns',
    ];
    for (const name of names) for (const member of findMarked(test.services.dir, name)) sendSignal(member, 'SIGKILL');
    await stopCluster(test.lab().state);
    expect(await collectRemainingTraces()).toEqual(before);
  });

  it('recovers after processes were killed, the way a second `up` does', async () => {
    ({ cluster } = await test.start());
    for (const name of ['containerd', 'kube-apiserver']) {
      for (const member of findMarked(test.services.dir, name)) sendSignal(member, 'SIGKILL');
    }
    const lab = test.lab();
    await lab.supervisor.reconcile();
    ({ cluster } = await test.start());
    await cluster.kubectl('wait', '--for=condition=Ready', 'pod/web', BACK_OFF_TIMEOUT);
  });

  it('leaves nothing, pods included, when a later step of `up` fails', async () => {
    await stopCluster(test.lab().state);
    const { state } = test.lab();
    const { registry, builder } = test.dependencies;
    saveEndpoint(state, 'registries', { staging: registry, production: registry });
    saveEndpoint(state, 'builder', builder);
    saveEndpoint(state, 'hub', { url: hub.hub.url, adminToken: '' });
    const startKubernetes = createSteps().filter(({ title }) => title === 'Cluster: Kubernetes');
    expect(startKubernetes).toHaveLength(1);
    const failing: LabStep = {
      title: 'A step that fails once pods run',
      async run() {
        await cluster.kubectl('wait', '--for=condition=Ready', 'pod/web', BACK_OFF_TIMEOUT);
        throw new Error('enough');
      },
    };
    await expect(up(test.services.dir, [...startKubernetes, failing])).rejects.toThrow('enough');
    expect(await collectRemainingTraces()).toEqual(before);
  });
});
