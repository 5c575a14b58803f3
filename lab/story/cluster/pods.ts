import type { KubernetesObject } from '../../cluster/index.ts';

export interface Probe {
  httpGet: { path: string; port: string | number };
  periodSeconds: number;
  failureThreshold: number;
  [field: string]: unknown;
}

export interface Container {
  name: string;
  image: string;
  env?: { name: string; value?: string }[];
  startupProbe?: Probe;
  readinessProbe?: Probe;
  livenessProbe?: Probe;
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
}

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime: string;
}

export interface Pod extends KubernetesObject {
  metadata: KubernetesObject['metadata'] & {
    creationTimestamp: string;
    deletionTimestamp?: string;
    deletionGracePeriodSeconds?: number;
  };
  spec: { containers: [Container] };
  status: {
    phase: string;
    conditions?: Condition[];
    containerStatuses?: {
      restartCount: number;
      state: { waiting?: { reason: string; message?: string }; running?: { startedAt: string } };
      lastState: { terminated?: { exitCode: number; reason: string } };
    }[];
  };
}

export interface Deployment extends KubernetesObject {
  metadata: KubernetesObject['metadata'] & { generation: number };
  spec: { replicas: number; template: { spec: { containers: [Container] } } };
  status: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    availableReplicas?: number;
    conditions?: Condition[];
  };
}

/** A condition that is true, or the reason why it is not. */
export function conditionOf(object: { status: { conditions?: Condition[] } }, type: string): Condition | undefined {
  return object.status.conditions?.find((condition) => condition.type === type);
}

/** Does it take traffic? A pod that was told to go still says it is ready for a while. */
export const isServing = (pod: Pod): boolean => isReady(pod) && !isLeaving(pod);

export const isReady = (pod: Pod): boolean => conditionOf(pod, 'Ready')?.status === 'True';

export const isLeaving = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;

/** A variable of the only container. */
export function variableOf({ env = [] }: Container, name: string): string | undefined {
  return env.find((entry) => entry.name === name)?.value;
}

/** The release that the pod was made for. */
export const versionOf = (pod: Pod): string => variableOf(pod.spec.containers[0], 'APP_VERSION') ?? 'unknown';

export const restartsOf = (pod: Pod): number => pod.status.containerStatuses?.[0]?.restartCount ?? 0;

/** When it was told to go: its deletion timestamp is the end of its grace period. */
export function toldToGoAt({ metadata }: Pod): number | undefined {
  if (metadata.deletionTimestamp === undefined) return undefined;
  return Date.parse(metadata.deletionTimestamp) - (metadata.deletionGracePeriodSeconds ?? 0) * 1000;
}

/** When a pod served, by the times that it carries itself. Milliseconds, in whole seconds. */
export interface Life {
  name: string;
  version: string;
  /** When it became ready first; undefined if it never did. */
  readyAt?: number | undefined;
  /** Times after that in which it was not ready; the last may go on. */
  lapses: readonly { from: number; to?: number }[];
  /** When it was told to go; undefined if it was not. */
  leftAt?: number | undefined;
}

/** What another sighting of a pod adds to its life. */
function lived(known: Life | undefined, pod: Pod): Life {
  const life: Life = {
    name: pod.metadata.name,
    version: versionOf(pod),
    lapses: [],
    ...known,
    leftAt: toldToGoAt(pod),
  };
  const condition = conditionOf(pod, 'Ready');
  if (condition === undefined) return life;
  const since = Date.parse(condition.lastTransitionTime);
  const ready = condition.status === 'True';
  if (life.readyAt === undefined) return ready ? { ...life, readyAt: since } : life;
  const last = life.lapses.at(-1);
  const lapsed = last !== undefined && last.to === undefined;
  if (ready && lapsed) return { ...life, lapses: [...life.lapses.slice(0, -1), { ...last, to: since }] };
  if (!ready && !lapsed) return { ...life, lapses: [...life.lapses, { from: since }] };
  return life;
}

/** The lives of all pods that were seen, from all that was seen of them. */
export function livesOf(seen: readonly Pod[]): Life[] {
  const lives = new Map<string, Life>();
  for (const pod of seen) lives.set(pod.metadata.name, lived(lives.get(pod.metadata.name), pod));
  return [...lives.values()];
}

const servesAt = ({ readyAt, leftAt, lapses }: Life, time: number): boolean =>
  readyAt !== undefined &&
  readyAt <= time &&
  (leftAt === undefined || leftAt > time) &&
  !lapses.some(({ from, to }) => from <= time && (to === undefined || to > time));

/** The fewest pods that served at the moment at which one of `leaving` was told to go, not counting that one. */
export function fewestServing(lives: readonly Life[], leaving: readonly Life[]): number {
  const counts = leaving.flatMap(({ leftAt }) =>
    leftAt === undefined ? [] : lives.filter((life) => servesAt(life, leftAt)).length,
  );
  return Math.min(...counts);
}
