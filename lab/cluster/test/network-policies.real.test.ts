/** The policies of the shop's chart, with busybox pods instead of the shop's images, which take a minute to build. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { parseAllDocuments } from 'yaml';
import { startTestHub, type TestHub } from '../../hub/test/helpers.ts';
import { clearLab } from '../../lifecycle/down.ts';
import { projectDir } from '../../paths.ts';
import { toolPath } from '../../tools/index.ts';
import { readShopValues } from '../argo/values.ts';
import { ensureImage, getPauseImage } from '../images.ts';
import type { Cluster, ClusterEndpoint } from '../index.ts';
import type { KubernetesObject } from '../kubectl.ts';
import { NETWORK, PORTS } from '../layout.ts';
import { prepareCluster, type TestCluster, waitFor } from './test-cluster.ts';

const NAMESPACE = 'shop';
const IN_SHOP = `--namespace=${NAMESPACE}`;

let hub: TestHub;
let test: TestCluster;
let cluster: Cluster;
let endpoint: ClusterEndpoint;

/** The chart's objects of some kinds. */
async function renderShop(...kinds: string[]): Promise<KubernetesObject[]> {
  const args = ['template', 'shop', join(projectDir, 'helm', 'shop'), '--namespace', NAMESPACE, '--values', '-'];
  const { stdout } = await execa(toolPath('helm'), args, { input: JSON.stringify(await readShopValues()) });
  const objects = parseAllDocuments(stdout).map((document) => document.toJSON() as KubernetesObject);
  return objects.filter(({ kind }) => kinds.includes(kind));
}

const componentLabels = (component: string) => ({
  'app.kubernetes.io/name': 'shop',
  'app.kubernetes.io/instance': 'shop',
  'app.kubernetes.io/component': component,
});

/** A pod that serves its name on the shop's port, with a probe by the kubelet. */
async function createPod(name: string, labels: Record<string, string>): Promise<object> {
  const image = await ensureImage(getPauseImage(), { ...test.dependencies, lab: test.lab(), progress: () => {} });
  const script = `mkdir -p /tmp/www && echo ${name} > /tmp/www/index.html && exec /busybox httpd -f -p 8080 -h /tmp/www`;
  const container = {
    name,
    image,
    command: ['/busybox', 'sh', '-c', script],
    ports: [{ name: 'http', containerPort: 8080 }],
    readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 },
    securityContext: { runAsUser: 0 },
  };
  const spec = { terminationGracePeriodSeconds: 0, containers: [container] };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: NAMESPACE, labels }, spec };
}

const inPod = (name: string, ...command: string[]) =>
  cluster.kubectl('exec', name, IN_SHOP, '--', '/busybox', ...command);

const request = (from: string, url: string) => inPod(from, 'timeout', '5', '/busybox', 'wget', '-qO-', url);

const getPodUrl = async (name: string) => {
  const address = await cluster.kubectl('get', 'pod', name, IN_SHOP, '-o=jsonpath={.status.podIP}');
  return `http://${address}:8080/`;
};

beforeAll(async () => {
  hub = await startTestHub();
  test = await prepareCluster(hub.hub.url);
  ({ cluster, endpoint } = await test.start());
  await cluster.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }]);
  await cluster.apply(await renderShop('NetworkPolicy', 'Service'));
  await cluster.kubectl('create', 'serviceaccount', 'default', IN_SHOP).catch(() => undefined);
  await cluster.apply([
    await createPod('web', componentLabels('web')),
    await createPod('api', componentLabels('api')),
    await createPod('other', { app: 'other' }),
  ]);
  const pods = ['pod/web', 'pod/api', 'pod/other'];
  await cluster.kubectl('wait', '--for=condition=Ready', ...pods, IN_SHOP, '--timeout=120s');
  // A policy is enforced shortly after the pod has its address.
  await waitFor(
    30,
    () => request('web', 'http://shop-api/'),
    (text) => text === 'api',
  );
});

afterAll(async () => {
  await clearLab(test.services.dir);
  await hub.close();
});

describe('the policies of the shop', () => {
  it('let web resolve the name of api and reach it, through the Service and directly', async () => {
    expect(await request('web', 'http://shop-api.shop.svc.cluster.local/')).toBe('api');
    expect(await request('web', await getPodUrl('api'))).toBe('api');
  });

  it('let no other pod reach api, through the Service or directly', async () => {
    await expect(request('other', 'http://shop-api/')).rejects.toThrow(/refused/);
    await expect(request('other', await getPodUrl('api'))).rejects.toThrow(/refused/);
  });

  it('let every pod, the node port and the gateway reach web', async () => {
    expect(await request('other', 'http://shop-web/')).toBe('web');
    expect(await (await fetch(endpoint.webUrl, { headers: { connection: 'close' } })).text()).toBe('web\n');
  });

  it('let web reach nothing else, on the node or in pods', async () => {
    await expect(request('web', await getPodUrl('other'))).rejects.toThrow(/refused/);
    const url = `${endpoint.hubUrl}/alice/shop.git/info/refs?service=git-upload-pack`;
    await expect(request('web', url)).rejects.toThrow(/refused/);
    expect(await request('other', url)).toContain('# service=git-upload-pack');
    const netcat = ['timeout', '5', '/busybox', 'nc', NETWORK.nodeAddress, String(PORTS.apiServer)];
    await expect(inPod('web', ...netcat)).rejects.toThrow(/refused/);
  });

  it('let api open no connection', async () => {
    await expect(request('api', await getPodUrl('web'))).rejects.toThrow(/refused/);
    await expect(request('api', 'http://shop-web/')).rejects.toThrow(/bad address/);
  });

  it('follow the labels of a pod and the policies, while the kubelet’s probes go on', async () => {
    const labels = Object.entries(componentLabels('web')).map(([name, value]) => `${name}=${value}`);
    await cluster.kubectl('label', 'pod', 'other', ...labels, IN_SHOP);
    const ask = () => request('other', 'http://shop-api/');
    expect(await waitFor(30, ask, (text) => text === 'api')).toBe('api');
    await cluster.kubectl('label', 'pod', 'other', ...labels.map((label) => label.replace(/=.*/, '-')), IN_SHOP);
    const refused = () => ask().catch((error: Error) => (/refused/.test(error.message) ? 'refused' : error.message));
    expect(await waitFor(30, refused, (text) => text === 'refused')).toBe('refused');

    const ready = '-o=jsonpath={range .items[*]}{.status.containerStatuses[0].ready}{"\\n"}{end}';
    expect(await cluster.kubectl('get', 'pods', IN_SHOP, ready)).toBe('true\ntrue\ntrue');
    await cluster.kubectl('delete', 'networkpolicy', 'shop-api', IN_SHOP);
    expect(await waitFor(30, ask, (text) => text === 'api')).toBe('api');
  });
});
