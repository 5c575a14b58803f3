import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { startTestHub, type TestHub, WorkTree } from '../../hub/test/helpers.ts';
import { clearLab } from '../../lifecycle/down.ts';
import { projectDir } from '../../paths.ts';
import { openExternalCluster } from '../../story/cluster/external-cluster.ts';
import { toolPath } from '../../tools/index.ts';
import { installAddOns } from '../add-ons.ts';
import { ARGO_NAMESPACE, bootstrapApplications, removeApplications } from '../argo/index.ts';
import { ensureImage, pauseImage } from '../images.ts';
import type { Cluster, KubernetesObject } from '../kubectl.ts';
import { PORTS } from '../layout.ts';
import { prepareCluster, type TestCluster, until } from './test-cluster.ts';

let hub: TestHub;
let test: TestCluster;
let cluster: Cluster;
let tree: WorkTree;
let webUrl: string;
let kubeconfig: string;

interface Application extends KubernetesObject {
  status?: {
    sync?: { status: string; revision: string };
    health?: { status: string };
    conditions?: { type: string; message: string }[];
    operationState?: { phase: string; message: string; operation?: { sync?: { revision?: string } } };
    resources?: { kind: string; name: string }[];
  };
}

const application = (name: string) => cluster.get<Application>('application', name, '--namespace', ARGO_NAMESPACE);

/** A small chart instead of the shop's own, which takes a minute to build. */
const chart = (image: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 0
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: RuntimeDefault } }
      containers:
        - name: web
          image: ${image}
          command: [/busybox, sh, -c, 'echo "$GREETING" > /tmp/index.html; exec /busybox httpd -f -p 8080 -h /tmp']
          volumeMounts: [{ name: tmp, mountPath: /tmp }]
          env: [{ name: GREETING, value: {{ .Values.greeting | quote }} }]
          readinessProbe: { httpGet: { path: /, port: 8080 }, periodSeconds: 1 }
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
      volumes: [{ name: tmp, emptyDir: {} }]
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  type: {{ .Values.web.service.type }}
  selector: { app: web }
  ports: [{ port: 80, targetPort: 8080, nodePort: {{ .Values.web.service.nodePort }} }]
`;

const CLUSTER_ROLE = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: escape }
rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]
`;

const BARE_POD = `
apiVersion: v1
kind: Pod
metadata: { name: bare }
spec: { containers: [{ name: bare, image: bare }] }
`;

const place = async (path: string, text: string) => {
  await mkdir(join(tree.directory, path, '..'), { recursive: true });
  await writeFile(join(tree.directory, path), text);
};

async function push(message: string): Promise<string> {
  await tree.git('add', '--all');
  await tree.git('commit', '--quiet', '--message', message);
  await tree.git('push', '--quiet', 'origin', 'main');
  return tree.git('rev-parse', 'HEAD');
}

const greeting = async () => (await (await fetch(webUrl, { headers: { connection: 'close' } })).text()).trim();

beforeAll(async () => {
  hub = await startTestHub();
  test = await prepareCluster(hub.hub.url);
  const { registry, builder } = test.needs;
  const started = await test.start();
  cluster = started.cluster;
  webUrl = started.endpoint.webUrl;
  kubeconfig = started.endpoint.kubeconfig;
  await installAddOns(test.lab(), started.endpoint, registry, builder, () => {});

  const image = await ensureImage(test.lab(), pauseImage(), registry, builder, () => {});
  tree = await WorkTree.open(hub.hub.url, hub.alice);
  await cp(join(projectDir, 'argocd', 'applications'), join(tree.directory, 'argocd', 'applications'), {
    recursive: true,
  });
  await place('helm/shop/Chart.yaml', 'apiVersion: v2\nname: shop\nversion: 1.0.0\n');
  await place('helm/shop/values.yaml', 'greeting: hello\nweb: { service: { type: ClusterIP, nodePort: 1 } }\n');
  await place('helm/shop/templates/web.yaml', chart(image));
  await push('feat: the shop');
  const repository = { url: `${started.endpoint.hubUrl}/alice/shop.git`, revision: 'main' };
  await bootstrapApplications(cluster, { repository });
});

afterAll(async () => {
  await clearLab(test.services.dir);
  await hub.close();
  await rm(tree.directory, { recursive: true, force: true });
});

describe('Argo CD', () => {
  it('makes the shop from the root application alone, with the environment’s values', async () => {
    await until(
      90,
      () => application('shop'),
      ({ status }) => status?.sync?.status === 'Synced' && status.health?.status === 'Healthy',
    );
    await until(
      90,
      () => application('root'),
      ({ status }) => status?.sync?.status === 'Synced' && status.health?.status === 'Healthy',
    );
    expect(await greeting()).toBe('hello');
    const { status } = await application('shop');
    expect(status?.resources?.map(({ kind }) => kind).sort()).toEqual(['Deployment', 'Service']);
    const service = await cluster.get<{ spec: { ports: { nodePort: number }[] } }>(
      'service',
      'web',
      '--namespace=shop',
    );
    expect(service.spec.ports[0]?.nodePort).toBe(PORTS.web);
  });

  it('sees a commit by asking Git, and rolls it out', async () => {
    await place('helm/shop/values.yaml', 'greeting: hello again\nweb: { service: { type: ClusterIP, nodePort: 1 } }\n');
    const head = await push('feat: greet again');
    await until(
      90,
      () => application('shop'),
      ({ status }) => status?.sync?.revision === head && status.health?.status === 'Healthy',
    );
    expect(await until(90, greeting, (text) => text === 'hello again')).toBe('hello again');
  });

  it('puts back what somebody changed or deleted by hand', async () => {
    const env = () =>
      cluster.kubectl(
        'get',
        'deployment',
        'web',
        '--namespace=shop',
        '--output=jsonpath={.spec.template.spec.containers[0].env[0].value}',
      );
    await cluster.kubectl('set', 'env', 'deployment/web', 'GREETING=drift', '--namespace=shop');
    expect(await until(90, env, (value) => value === 'hello again')).toBe('hello again');
    await cluster.kubectl('delete', 'service', 'web', '--namespace=shop');
    const service = () => cluster.find('service', 'web', '--namespace=shop');
    expect((await until(90, service, (found) => found !== undefined))?.kind).toBe('Service');
  });

  it('refuses what the project does not allow, says so, and takes the next commit', async () => {
    await place('helm/shop/templates/escape.yaml', `${CLUSTER_ROLE}---${BARE_POD}`);
    const head = await push('feat: more rights');
    const { status } = await until(
      90,
      () => application('shop'),
      ({ status }) =>
        status?.operationState?.operation?.sync?.revision === head &&
        /not permitted/.test(JSON.stringify(status.operationState)),
    );
    expect(status?.operationState?.phase).not.toBe('Succeeded');
    expect(JSON.stringify(status?.operationState)).toContain('is not permitted in project shop');
    expect(status?.conditions?.map(({ type }) => type)).toContain('ExcludedResourceWarning');
    expect(await cluster.find('clusterrole', 'escape')).toBeUndefined();
    expect(await cluster.find('pod', 'bare', '--namespace=shop')).toBeUndefined();
    expect(await greeting()).toBe('hello again');

    await rm(join(tree.directory, 'helm/shop/templates/escape.yaml'));
    const back = await push('revert: more rights');
    await until(
      90,
      () => application('shop'),
      ({ status }) => status?.sync?.revision === back && status.sync.status === 'Synced',
    );
  });

  it.each([
    ['argocd-application-controller', ['create', 'clusterroles'], 'no'],
    ['argocd-application-controller', ['create', 'deployments', '--namespace=kube-system'], 'no'],
    ['argocd-application-controller', ['create', 'namespaces'], 'no'],
    ['argocd-application-controller', ['get', 'secrets', '--namespace=kube-system'], 'no'],
    ['argocd-application-controller', ['get', 'secrets', '--namespace=shop'], 'no'],
    ['argocd-application-controller', ['create', 'pods', '--namespace=shop'], 'no'],
    ['argocd-application-controller', ['create', 'pods/exec', '--namespace=shop'], 'no'],
    ['argocd-application-controller', ['create', 'rolebindings', '--namespace=shop'], 'no'],
    ['argocd-application-controller', ['patch', 'deployments', '--namespace=shop'], 'yes'],
    ['argocd-server', ['delete', 'deployments', '--namespace=shop'], 'no'],
    ['argocd-server', ['patch', 'deployments', '--namespace=kube-system'], 'no'],
    ['argocd-server', ['get', 'secrets', '--namespace=kube-system'], 'no'],
    ['argocd-server', ['patch', 'deployments', '--namespace=shop'], 'yes'],
    ['argocd-server', ['get', 'pods/log', '--namespace=shop'], 'yes'],
    ['argocd-server', ['get', 'pods/log', '--namespace=kube-system'], 'no'],
    ['argocd-server', ['get', 'pods', '--namespace=kube-system'], 'no'],
    ['argocd-server', ['list', 'events', '--namespace=kube-system'], 'no'],
    ['argocd-applicationset-controller', ['list', 'secrets', '--namespace=kube-system'], 'no'],
    ['argocd-applicationset-controller', ['create', 'applications.argoproj.io', '--namespace=argocd'], 'no'],
    ['argocd-repo-server', ['get', 'secrets', '--namespace=argocd'], 'no'],
  ])('%s may %j: %s', async (account, question, answer) => {
    const as = `--as=system:serviceaccount:${ARGO_NAMESPACE}:${account}`;
    const kubeconfig = `--kubeconfig=${cluster.access.kubeconfig}`;
    // A "no" is also told by the exit code.
    const { stdout } = await execa(toolPath('kubectl'), [kubeconfig, 'auth', 'can-i', ...question, as], {
      reject: false,
    });
    expect(stdout).toBe(answer);
  });

  it('allows nothing in the project that everybody starts in', async () => {
    const stray = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'stray', namespace: ARGO_NAMESPACE },
      spec: {
        project: 'default',
        source: { repoURL: 'http://hub.lab/alice/shop.git', path: 'helm/shop', targetRevision: 'main' },
        destination: { server: 'https://kubernetes.default.svc', namespace: 'default' },
      },
    };
    await cluster.apply([stray]);
    const refused = await until(
      90,
      () => application('stray'),
      ({ status }) => (status?.conditions ?? []).length > 0,
    );
    expect(JSON.stringify(refused.status?.conditions)).toMatch(/not permitted in project 'default'/);
    await cluster.kubectl('delete', 'application', 'stray', `--namespace=${ARGO_NAMESPACE}`);
  });

  it('leaves nothing of the applications when they are taken away', async () => {
    await removeApplications(cluster);
    const left = await cluster.get<{ items: object[] }>('deployment,service', '--namespace=shop');
    expect(left.items).toEqual([]);
  });
});

describe('metrics-server', () => {
  it('tells what the node and the pods use, to the API that the autoscaler asks', async () => {
    const metrics = () => cluster.kubectl('get', '--raw', '/apis/metrics.k8s.io/v1beta1/namespaces/argocd/pods');
    const text = await until(90, metrics, (answer) => JSON.parse(answer).items.length >= 4);
    expect(JSON.parse(text).items[0].containers[0].usage.cpu).toMatch(/^\d+n?/);
    const service = await cluster.get<{ spec: { caBundle?: string; insecureSkipTLSVerify?: boolean } }>(
      'apiservice',
      'v1beta1.metrics.k8s.io',
    );
    expect(service.spec.insecureSkipTLSVerify).toBeUndefined();
    expect(service.spec.caBundle).toBe(
      (await readFile(join(test.services.dir, 'cluster', 'pki', 'ca-cluster.crt'))).toString('base64'),
    );
  });

  it('is all that the story asks of a cluster that one already has, known by its kubeconfig alone', async () => {
    const file = join(tree.directory, '..', 'mine.kubeconfig');
    await cp(kubeconfig, file);
    const config = (...args: string[]) => execa(toolPath('kubectl'), [`--kubeconfig=${file}`, 'config', ...args]);
    const { stdout: context } = await config('current-context');
    await config('rename-context', context, 'mine');
    const open = () => openExternalCluster({ context: 'mine', kubeconfig: file, webUrl, hubUrl: hub.hub.url });
    const external = await open();
    expect(await external.apiServer()).toBe(await cluster.apiServer());
    expect(external.access.inside).toBeUndefined();

    // An application of its owner's, who would lose the default project.
    const argo = `--namespace=${ARGO_NAMESPACE}`;
    const spec = {
      project: 'default',
      source: { repoURL: 'http://192.0.2.1/owner/store.git', path: '.' },
      destination: { name: 'in-cluster', namespace: 'store' },
    };
    await cluster.apply([
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata: { name: 'store', namespace: ARGO_NAMESPACE },
        spec,
      },
    ]);
    await expect(open()).rejects.toThrow("has applications that are not the story's: store");
    await cluster.kubectl('delete', 'application', 'store', argo);

    await cluster.kubectl('patch', 'configmap', 'argocd-cm', argo, '--patch={"data":{"accounts.deployer":null}}');
    await expect(open()).rejects.toThrow('has no account deployer');
    await cluster.kubectl('patch', 'configmap', 'argocd-cm', argo, '--patch={"data":{"accounts.deployer":"apiKey"}}');

    await cluster.kubectl('delete', 'apiservice', 'v1beta1.metrics.k8s.io', '--wait');
    await expect(open()).rejects.toThrow(
      'The cluster of context mine has no v1beta1.metrics.k8s.io: the metrics API is not installed.',
    );
    await rm(file);
  });
});
