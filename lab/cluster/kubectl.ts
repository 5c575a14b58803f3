import { execa } from 'execa';
import { LabError } from '../errors.ts';
import { toolPath } from '../tools/index.ts';
import type { CommandPrefix } from './namespaces.ts';

/** An object of Kubernetes, as far as everything here looks at it. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  [field: string]: unknown;
}

/** How to reach a cluster: its kubeconfig is all that most of it takes, whoever made the cluster. */
export interface ClusterAccess {
  /** File; without it kubectl's own rules hold (KUBECONFIG, ~/.kube/config). */
  kubeconfig?: string | undefined;
  /** Context in it; without it the current one. */
  context?: string | undefined;
  /** Where kubectl keeps what it knows of the API; without it, in its user's home. */
  cache?: string | undefined;
  /** Where this machine reaches the shop, if that is known. */
  webUrl?: string | undefined;
  /** Where programs must run that are to be as near to the pods as the node is; without it, here. */
  inside?: CommandPrefix | undefined;
}

/** A cluster to work on. */
export interface Cluster {
  readonly access: ClusterAccess;
  /**
   * Runs kubectl and returns what it printed.
   * @throws LabError with what it complained about
   */
  kubectl(...args: string[]): Promise<string>;
  /** What `kubectl get ARGS` finds, as data. */
  get<T = KubernetesObject>(...args: string[]): Promise<T>;
  /** Like {@link get}, but undefined for an object that is not there. */
  find<T = KubernetesObject>(...args: string[]): Promise<T | undefined>;
  /** Applies objects on the server's side, as their only owner. */
  apply(objects: readonly object[], ...flags: string[]): Promise<void>;
  /** Resolves when the workload (`deployment/web`) runs as it should; rejects after so many seconds. */
  waitForRollout(namespace: string, workload: string, seconds: number): Promise<void>;
  /** The address of the API server. */
  apiServer(): Promise<string>;
}

export function openCluster(access: ClusterAccess): Cluster {
  const where = [
    ...(access.kubeconfig ? [`--kubeconfig=${access.kubeconfig}`] : []),
    ...(access.context ? [`--context=${access.context}`] : []),
  ];
  const run = async (args: readonly string[], input?: string) => {
    const result = await execa(toolPath('kubectl'), [...where, ...args], {
      reject: false,
      ...(access.cache ? { env: { KUBECACHEDIR: access.cache } } : {}),
      ...(input === undefined ? { stdin: 'ignore' } : { input }),
    });
    if (result.failed) {
      throw new LabError(
        `kubectl ${args.join(' ')} failed: ${result.stderr?.trim() || result.shortMessage}`,
        'See `npm run lab -- logs kube-apiserver` if the cluster does not answer.',
        { cause: result },
      );
    }
    return result.stdout ?? '';
  };
  const parse = <T>(text: string) => JSON.parse(text) as T;
  return {
    access,
    kubectl: (...args) => run(args),
    get: async (...args) => parse(await run(['get', ...args, '--output=json'])),
    async find(...args) {
      const text = await run(['get', ...args, '--output=json', '--ignore-not-found']);
      return text.trim() === '' ? undefined : parse(text);
    },
    async apply(objects, ...flags) {
      const list = { apiVersion: 'v1', kind: 'List', items: objects };
      await run(['apply', '--server-side', '--force-conflicts', '--filename=-', ...flags], JSON.stringify(list));
    },
    async waitForRollout(namespace, workload, seconds) {
      await run(['rollout', 'status', workload, `--namespace=${namespace}`, `--timeout=${seconds}s`]);
    },
    async apiServer() {
      const config = await run(['config', 'view', '--minify', '--output=jsonpath={.clusters[0].cluster.server}']);
      return config.trim();
    },
  };
}
