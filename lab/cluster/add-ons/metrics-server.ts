import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { getModuleFilesDir } from '../../tools/go.ts';
import { toolPath } from '../../tools/index.ts';
import type { Cluster, KubernetesObject } from '../kubectl.ts';
import type { KeyPair } from '../pki/index.ts';

const NAMESPACE = 'kube-system';
const CERTIFICATE = 'metrics-server-tls';
const TLS_DIRECTORY = '/tls';
const CA_DIRECTORY = '/cluster-ca';

interface MetricsDeployment extends KubernetesObject {
  spec: {
    template: {
      spec: {
        volumes: object[];
        containers: {
          image: string;
          args: string[];
          resources: object;
          readinessProbe: object;
          volumeMounts: object[];
        }[];
      };
    };
  };
}

export interface MetricsServerOptions {
  image: string;
  /** Its certificate, and the authority with which the API server verifies it. */
  certificate: KeyPair;
  authority: string;
}

/** Adapts metrics-server's own manifests: certificates that both sides verify, and metrics every 10 s. */
export function createMetricsServerManifests(
  published: readonly KubernetesObject[],
  { image, certificate, authority }: MetricsServerOptions,
): KubernetesObject[] {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: CERTIFICATE, namespace: NAMESPACE },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': certificate.certificate, 'tls.key': certificate.key },
  };
  const adapted = published.map((object) => {
    if (object.kind === 'APIService') {
      const { insecureSkipTLSVerify: _, ...spec } = object.spec as Record<string, unknown>;
      return { ...object, spec: { ...spec, caBundle: Buffer.from(authority).toString('base64') } };
    }
    return object.kind === 'Deployment' ? adaptDeployment(structuredClone(object) as MetricsDeployment, image) : object;
  });
  return [secret, ...adapted];
}

function adaptDeployment(deployment: MetricsDeployment, image: string): KubernetesObject {
  const pod = deployment.spec.template.spec;
  // The kubelet is verified with the certificate of the cluster's authority, which Kubernetes adds to every namespace.
  pod.volumes.push(
    { name: 'tls', secret: { secretName: CERTIFICATE } },
    { name: 'cluster-ca', configMap: { name: 'kube-root-ca.crt' } },
  );
  for (const container of pod.containers) {
    container.image = image;
    container.args = [
      ...container.args.filter((arg) => !/^--(cert-dir|metric-resolution)=/.test(arg)),
      `--tls-cert-file=${TLS_DIRECTORY}/tls.crt`,
      `--tls-private-key-file=${TLS_DIRECTORY}/tls.key`,
      `--kubelet-certificate-authority=${CA_DIRECTORY}/ca.crt`,
      '--metric-resolution=10s',
      '--kubelet-request-timeout=5s',
    ];
    container.resources = { requests: { cpu: '20m', memory: '64Mi' }, limits: { memory: '256Mi' } };
    container.readinessProbe = {
      ...container.readinessProbe,
      initialDelaySeconds: 0,
      periodSeconds: 1,
      failureThreshold: 3,
    };
    container.volumeMounts.push(
      { name: 'tls', mountPath: TLS_DIRECTORY, readOnly: true },
      { name: 'cluster-ca', mountPath: CA_DIRECTORY, readOnly: true },
    );
  }
  return deployment;
}

/** Installs or updates metrics-server. It responds after two measurements. */
export async function installMetricsServer(cluster: Cluster, options: MetricsServerOptions): Promise<void> {
  const base = join(getModuleFilesDir(realpathSync(toolPath('metrics-server'))), 'manifests', 'base');
  const text = await cluster.kubectl('kustomize', base);
  const published = parseAllDocuments(text).map((document) => document.toJSON() as KubernetesObject);
  await cluster.apply(createMetricsServerManifests(published, options));
}
