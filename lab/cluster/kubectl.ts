import { execa } from 'execa';
import { LabError } from '../errors.ts';
import { toolPath } from '../tools/index.ts';
import type { CommandPrefix } from './host/namespaces.ts';

/** A Kubernetes object with the fields that the lab uses. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  [field: string]: unknown;
}

/** How to reach a cluster. A kubeconfig is sufficient for most operations, for any cluster. */
export interface ClusterAccess {
  /** Path; defaults to kubectl's own rules (KUBECONFIG, ~/.kube/config). */
  kubeconfig?: string | undefined;
  /** Context of the kubeconfig; defaults to the current one. */
  context?: string | undefined;
  /** Directory of kubectl's discovery cache; defaults to the user's home. */
  cache?: string | undefined;
  /** Runs programs in the node's network; without it, they run on this machine. */
  inside?: CommandPrefix | undefined;
}

/** A client of one cluster. */
export interface Cluster {
  readonly access: ClusterAccess;
  /**
   * Runs kubectl and returns its output.
   * @throws LabError with its error output
   */
  kubectl(...args: string[]): Promise<string>;
  /** The parsed result of `kubectl get ARGS`. */
  get<T = KubernetesObject>(...args: string[]): Promise<T>;
  /** Like {@link get}, but undefined if the object does not exist. */
  find<T = KubernetesObject>(...args: string[]): Promise<T | undefined>;
  /** Applies objects with server-side apply and takes ownership of all fields. */
  apply(objects: readonly object[], ...flags: string[]): Promise<void>;
  /** Resolves when the rollout of the workload (`deployment/web`) is complete; rejects after `seconds`. */
  waitForRollout(namespace: string, workload: string, seconds: number): Promise<void>;
  /** The address of the API server. */
  apiServer(): Promise<string>;
}

export function connectToCluster(access: ClusterAccess): Cluster {
  const globalFlags = [
    ...(access.kubeconfig ? [`--kubeconfig=${access.kubeconfig}`] : []),
    ...(access.context ? [`--context=${access.context}`] : []),
  ];
  const run = async (args: readonly string[], input?: string) => {
    const result = await execa(toolPath('kubectl'), [...globalFlags, ...args], {
      reject: false,
      ...(access.cache ? { env: { KUBECACHEDIR: access.cache } } : {}),
      ...(input === undefined ? { stdin: 'ignore' } : { input }),
    });
    if (result.failed) {
      throw new LabError(
        `kubectl ${args.join(' ')} failed: ${result.stderr?.trim() || result.shortMessage}`,
        'See `npm run lab -- logs kube-apiserver` if the cluster does not respond.',
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
