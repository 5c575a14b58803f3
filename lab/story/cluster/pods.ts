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
    uid?: string;
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

/** The condition of a type, whatever its status. */
export function findCondition(object: { status: { conditions?: Condition[] } }, type: string): Condition | undefined {
  return object.status.conditions?.find((condition) => condition.type === type);
}

/** Whether the pod takes traffic. A terminating pod is still ready for a while. */
export const isServing = (pod: Pod): boolean => isReady(pod) && !isTerminating(pod);

export const isReady = (pod: Pod): boolean => findCondition(pod, 'Ready')?.status === 'True';

export const isTerminating = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;

/** The value of an environment variable. */
export function envValue({ env = [] }: Container, name: string): string | undefined {
  return env.find((entry) => entry.name === name)?.value;
}

/** The released version that the pod runs. */
export const versionOf = (pod: Pod): string => envValue(pod.spec.containers[0], 'APP_VERSION') ?? 'unknown';

export const restartsOf = (pod: Pod): number => pod.status.containerStatuses?.[0]?.restartCount ?? 0;

/** When deletion was requested. The deletion timestamp is the end of the grace period. */
export function terminationRequestedAt({ metadata }: Pod): number | undefined {
  if (metadata.deletionTimestamp === undefined) return undefined;
  return Date.parse(metadata.deletionTimestamp) - (metadata.deletionGracePeriodSeconds ?? 0) * 1000;
}

/** When a pod served, by the timestamps in its own metadata and status. Milliseconds, in whole seconds. */
export interface PodTimeline {
  name: string;
  version: string;
  /** When it first became ready; undefined if it never did. */
  readyAt?: number | undefined;
  /** Later periods in which it was not ready; the last one may be open. */
  unreadyPeriods: readonly { from: number; to?: number }[];
  /** When its termination was requested; undefined if it was not. */
  terminatingAt?: number | undefined;
}

/** Adds one more observed state of a pod to its timeline. */
function extendTimeline(previous: PodTimeline | undefined, pod: Pod): PodTimeline {
  const timeline: PodTimeline = {
    name: pod.metadata.name,
    version: versionOf(pod),
    unreadyPeriods: [],
    ...previous,
    terminatingAt: terminationRequestedAt(pod),
  };
  const condition = findCondition(pod, 'Ready');
  if (condition === undefined) return timeline;
  const since = Date.parse(condition.lastTransitionTime);
  const ready = condition.status === 'True';
  if (timeline.readyAt === undefined) return ready ? { ...timeline, readyAt: since } : timeline;
  const { unreadyPeriods } = timeline;
  const last = unreadyPeriods.at(-1);
  const unready = last !== undefined && last.to === undefined;
  if (ready && unready)
    return { ...timeline, unreadyPeriods: [...unreadyPeriods.slice(0, -1), { ...last, to: since }] };
  if (!ready && !unready) return { ...timeline, unreadyPeriods: [...unreadyPeriods, { from: since }] };
  return timeline;
}

/** The timelines of all observed pods, from all their observed states in order. */
export function podTimelines(observed: readonly Pod[]): PodTimeline[] {
  const timelines = new Map<string, PodTimeline>();
  for (const pod of observed) timelines.set(pod.metadata.name, extendTimeline(timelines.get(pod.metadata.name), pod));
  return [...timelines.values()];
}

const servesAt = ({ readyAt, terminatingAt, unreadyPeriods }: PodTimeline, time: number): boolean =>
  readyAt !== undefined &&
  readyAt <= time &&
  (terminatingAt === undefined || terminatingAt > time) &&
  !unreadyPeriods.some(({ from, to }) => from <= time && (to === undefined || to > time));

/** The lowest number of pods that served when the termination of one of `terminated` was requested, not counting that one. */
export function minServing(all: readonly PodTimeline[], terminated: readonly PodTimeline[]): number {
  const counts = terminated.flatMap(({ terminatingAt }) =>
    terminatingAt === undefined ? [] : all.filter((timeline) => servesAt(timeline, terminatingAt)).length,
  );
  return Math.min(...counts);
}
