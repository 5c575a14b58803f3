/** A cluster with Argo CD, metrics-server and a small shop whose repository is on a hub, for the tests of one file. */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { startTestHub, type TestHub, WorkTree } from '../../hub/test/helpers.ts';
import { clearLab } from '../../lifecycle/down.ts';
import { projectDir } from '../../paths.ts';
import { installAddOns } from '../add-ons/index.ts';
import { ARGO_NAMESPACE, bootstrapApplications } from '../argo/index.ts';
import { ensureImage, getPauseImage } from '../images.ts';
import type { Cluster, ClusterEndpoint } from '../index.ts';
import type { KubernetesObject } from '../kubectl.ts';
import { prepareCluster, type TestCluster } from './test-cluster.ts';

export interface Application extends KubernetesObject {
  status?: {
    sync?: { status: string; revision: string };
    health?: { status: string };
    conditions?: { type: string; message: string }[];
    operationState?: { phase: string; message: string; operation?: { sync?: { revision?: string } } };
    resources?: { kind: string; name: string }[];
  };
}

/** A small chart instead of the shop's own, which takes a minute to build. */
const renderTemplate = (image: string) => `
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

export class ArgoScene {
  hub!: TestHub;
  test!: TestCluster;
  cluster!: Cluster;
  endpoint!: ClusterEndpoint;
  tree!: WorkTree;

  getApplication(name: string): Promise<Application> {
    return this.cluster.get<Application>('application', name, '--namespace', ARGO_NAMESPACE);
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(join(this.tree.directory, path, '..'), { recursive: true });
    await writeFile(join(this.tree.directory, path), text);
  }

  /** Writes the values file of the shop's chart. */
  writeValues(greeting: string): Promise<void> {
    const service = 'web: { service: { type: ClusterIP, nodePort: 1 } }';
    return this.write('helm/shop/values.yaml', `greeting: ${greeting}\n${service}\n`);
  }

  /** Commits all changes, pushes them to main and returns the commit. */
  async push(message: string): Promise<string> {
    await this.tree.git('add', '--all');
    await this.tree.git('commit', '--quiet', '--message', message);
    await this.tree.git('push', '--quiet', 'origin', 'main');
    return this.tree.git('rev-parse', 'HEAD');
  }

  async readGreeting(): Promise<string> {
    const response = await fetch(this.endpoint.webUrl, { headers: { connection: 'close' } });
    return (await response.text()).trim();
  }

  async start(): Promise<void> {
    this.hub = await startTestHub();
    this.test = await prepareCluster(this.hub.hub.url);
    ({ cluster: this.cluster, endpoint: this.endpoint } = await this.test.start());
    const context = { ...this.test.dependencies, lab: this.test.lab(), progress: () => {} };
    await installAddOns(this.endpoint, context);

    this.tree = await WorkTree.create(this.hub.hub.url, this.hub.alice);
    const applications = join('argocd', 'applications');
    await cp(join(projectDir, applications), join(this.tree.directory, applications), { recursive: true });
    await this.write('helm/shop/Chart.yaml', 'apiVersion: v2\nname: shop\nversion: 1.0.0\n');
    await this.writeValues('hello');
    await this.write('helm/shop/templates/web.yaml', renderTemplate(await ensureImage(getPauseImage(), context)));
    await this.push('feat: the shop');
    const repository = { url: `${this.endpoint.hubUrl}/alice/shop.git`, revision: 'main' };
    await bootstrapApplications(this.cluster, { repository });
  }

  async stop(): Promise<void> {
    await clearLab(this.test.services.dir);
    await this.hub.close();
    await rm(this.tree.directory, { recursive: true, force: true });
  }
}

export function useArgo(): ArgoScene {
  const scene = new ArgoScene();
  beforeAll(() => scene.start());
  afterAll(() => scene.stop());
  return scene;
}
