import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { openExternalCluster } from '../../story/cluster/external-cluster.ts';
import { toolPath } from '../../tools/index.ts';
import { ARGO_NAMESPACE, removeApplications } from '../argo/index.ts';
import { PORTS } from '../layout.ts';
import { useArgo } from './argo-scene.ts';
import { waitFor } from './test-cluster.ts';

const scene = useArgo();

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

describe('Argo CD', () => {
  it('creates the shop from the root application, with the values of the environment', async () => {
    await waitFor(
      90,
      () => scene.getApplication('shop'),
      ({ status }) => status?.sync?.status === 'Synced' && status.health?.status === 'Healthy',
    );
    await waitFor(
      90,
      () => scene.getApplication('root'),
      ({ status }) => status?.sync?.status === 'Synced' && status.health?.status === 'Healthy',
    );
    expect(await scene.readGreeting()).toBe('hello');
    const { status } = await scene.getApplication('shop');
    expect(status?.resources?.map(({ kind }) => kind).sort()).toEqual(['Deployment', 'Service']);
    const service = await scene.cluster.get<{ spec: { ports: { nodePort: number }[] } }>(
      'service',
      'web',
      '--namespace=shop',
    );
    expect(service.spec.ports[0]?.nodePort).toBe(PORTS.web);
  });

  it('finds a commit by polling Git, and rolls it out', async () => {
    await scene.writeValues('hello again');
    const head = await scene.push('feat: greet again');
    await waitFor(
      90,
      () => scene.getApplication('shop'),
      ({ status }) => status?.sync?.revision === head && status.health?.status === 'Healthy',
    );
    expect(
      await waitFor(
        90,
        () => scene.readGreeting(),
        (text) => text === 'hello again',
      ),
    ).toBe('hello again');
  });

  it('reverts manual changes and deletions', async () => {
    const env = () =>
      scene.cluster.kubectl(
        'get',
        'deployment',
        'web',
        '--namespace=shop',
        '--output=jsonpath={.spec.template.spec.containers[0].env[0].value}',
      );
    await scene.cluster.kubectl('set', 'env', 'deployment/web', 'GREETING=drift', '--namespace=shop');
    expect(await waitFor(90, env, (value) => value === 'hello again')).toBe('hello again');
    await scene.cluster.kubectl('delete', 'service', 'web', '--namespace=shop');
    const service = () => scene.cluster.find('service', 'web', '--namespace=shop');
    expect((await waitFor(90, service, (object) => object !== undefined))?.kind).toBe('Service');
  });

  it('rejects what the project does not permit, reports it, and syncs the next commit', async () => {
    await scene.write('helm/shop/templates/escape.yaml', `${CLUSTER_ROLE}---${BARE_POD}`);
    const head = await scene.push('feat: more rights');
    const { status } = await waitFor(
      90,
      () => scene.getApplication('shop'),
      ({ status }) =>
        status?.operationState?.operation?.sync?.revision === head &&
        /not permitted/.test(JSON.stringify(status.operationState)),
    );
    expect(status?.operationState?.phase).not.toBe('Succeeded');
    expect(JSON.stringify(status?.operationState)).toContain('is not permitted in project shop');
    expect(status?.conditions?.map(({ type }) => type)).toContain('ExcludedResourceWarning');
    expect(await scene.cluster.find('clusterrole', 'escape')).toBeUndefined();
    expect(await scene.cluster.find('pod', 'bare', '--namespace=shop')).toBeUndefined();
    expect(await scene.readGreeting()).toBe('hello again');

    await rm(join(scene.tree.directory, 'helm/shop/templates/escape.yaml'));
    const back = await scene.push('revert: more rights');
    await waitFor(
      90,
      () => scene.getApplication('shop'),
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
  ])('%s may %j: %s', async (account, permission, expected) => {
    const as = `--as=system:serviceaccount:${ARGO_NAMESPACE}:${account}`;
    const kubeconfig = `--kubeconfig=${scene.cluster.access.kubeconfig}`;
    // The exit code is not 0 for "no".
    const { stdout } = await execa(toolPath('kubectl'), [kubeconfig, 'auth', 'can-i', ...permission, as], {
      reject: false,
    });
    expect(stdout).toBe(expected);
  });

  it('permits nothing in the default project', async () => {
    const application = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'default-project', namespace: ARGO_NAMESPACE },
      spec: {
        project: 'default',
        source: { repoURL: 'http://hub.lab/alice/shop.git', path: 'helm/shop', targetRevision: 'main' },
        destination: { server: 'https://kubernetes.default.svc', namespace: 'default' },
      },
    };
    await scene.cluster.apply([application]);
    const rejected = await waitFor(
      90,
      () => scene.getApplication('default-project'),
      ({ status }) => (status?.conditions ?? []).length > 0,
    );
    expect(JSON.stringify(rejected.status?.conditions)).toMatch(/not permitted in project 'default'/);
    await scene.cluster.kubectl('delete', 'application', 'default-project', `--namespace=${ARGO_NAMESPACE}`);
  });

  it('has a Redis that responds to its controller, and to no other pod', async () => {
    const inPod = (namespace: string, pod: string, ...command: string[]) =>
      scene.cluster.kubectl('exec', pod, `--namespace=${namespace}`, '--', ...command);
    const netcat = ['/busybox', 'timeout', '5', '/busybox', 'nc'];
    await expect(
      inPod('shop', 'deployment/web', ...netcat, 'argocd-redis.argocd.svc.cluster.local', '6379'),
    ).rejects.toThrow(/refused/);
    const ping = ['redis-cli', '-h', 'argocd-redis', 'ping'];
    expect(await inPod(ARGO_NAMESPACE, 'statefulset/argocd-application-controller', ...ping)).toContain('NOAUTH');
  });

  it('deletes the resources of the applications with them', async () => {
    await removeApplications(scene.cluster);
    const remaining = await scene.cluster.get<{ items: object[] }>('deployment,service', '--namespace=shop');
    expect(remaining.items).toEqual([]);
  });
});

describe('metrics-server', () => {
  it('serves the usage of the node and the pods to the API that the autoscaler uses', async () => {
    const metrics = () => scene.cluster.kubectl('get', '--raw', '/apis/metrics.k8s.io/v1beta1/namespaces/argocd/pods');
    const text = await waitFor(90, metrics, (response) => JSON.parse(response).items.length >= 4);
    expect(JSON.parse(text).items[0].containers[0].usage.cpu).toMatch(/^\d+n?/);
    const service = await scene.cluster.get<{ spec: { caBundle?: string; insecureSkipTLSVerify?: boolean } }>(
      'apiservice',
      'v1beta1.metrics.k8s.io',
    );
    expect(service.spec.insecureSkipTLSVerify).toBeUndefined();
    expect(service.spec.caBundle).toBe(
      (await readFile(join(scene.test.services.dir, 'cluster', 'pki', 'ca-cluster.crt'))).toString('base64'),
    );
  });

  it('is one of the requirements that the story checks in an existing cluster, given its kubeconfig', async () => {
    const file = join(scene.tree.directory, '..', 'mine.kubeconfig');
    await cp(scene.endpoint.kubeconfig, file);
    const config = (...args: string[]) => execa(toolPath('kubectl'), [`--kubeconfig=${file}`, 'config', ...args]);
    const { stdout: context } = await config('current-context');
    await config('rename-context', context, 'mine');
    const open = () => openExternalCluster({ context: 'mine', kubeconfig: file });
    const foreign = await open();
    expect(await foreign.apiServer()).toBe(await scene.cluster.apiServer());
    expect(foreign.access.inside).toBeUndefined();

    // An application of the cluster's owner, which would lose the default project.
    const argo = `--namespace=${ARGO_NAMESPACE}`;
    const spec = {
      project: 'default',
      source: { repoURL: 'http://192.0.2.1/owner/store.git', path: '.' },
      destination: { name: 'in-cluster', namespace: 'store' },
    };
    await scene.cluster.apply([
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata: { name: 'store', namespace: ARGO_NAMESPACE },
        spec,
      },
    ]);
    await expect(open()).rejects.toThrow("has applications that are not the story's: store");
    await scene.cluster.kubectl('delete', 'application', 'store', argo);

    await scene.cluster.kubectl('patch', 'configmap', 'argocd-cm', argo, '--patch={"data":{"accounts.deployer":null}}');
    await expect(open()).rejects.toThrow('has no account deployer');
    await scene.cluster.kubectl(
      'patch',
      'configmap',
      'argocd-cm',
      argo,
      '--patch={"data":{"accounts.deployer":"apiKey"}}',
    );

    await scene.cluster.kubectl('delete', 'apiservice', 'v1beta1.metrics.k8s.io', '--wait');
    await expect(open()).rejects.toThrow(
      'The cluster of context mine has no v1beta1.metrics.k8s.io: the metrics API is not installed.',
    );
    await rm(file);
  });
});
