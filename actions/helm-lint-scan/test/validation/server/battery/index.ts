import { CONTAINERS } from './containers.ts';
import { METADATA } from './metadata.ts';
import { NETWORKING } from './networking.ts';
import { OTHERS } from './others.ts';
import { PODS } from './pods.ts';
import { RARE } from './rare.ts';
import { SCHEDULING } from './scheduling.ts';
import { WORKLOADS } from './workloads.ts';

export const TOPICS = [
  ...METADATA,
  ...CONTAINERS,
  ...PODS,
  ...SCHEDULING,
  ...WORKLOADS,
  ...NETWORKING,
  ...OTHERS,
  ...RARE,
];

export interface Entry {
  topic: string;
  fields: string;
  /** The whole object, as YAML. */
  text: string;
  /** Whether that API server accepts it. */
  acceptedBy(minor: RecordedMinor): boolean;
}

/** The API servers that were asked: 34 for 1.34. */
export const RECORDED_MINORS = [34, 37] as const;
export type RecordedMinor = (typeof RECORDED_MINORS)[number];

/** Rows of which 1.37 says the opposite of 1.34. */
const OTHERWISE_IN_37: readonly string[] = [
  'v1/Service 9web',
  'scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }, maxReplicas: 3, minReplicas: 0, metrics: [{ type: External, external: { metric: { name: a }, target: { type: Value, value: 1 } } }]',
  'restartPolicy: Never, restartPolicyRules: [{ exitCodes: {} }]',
  'podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.5/8, except: [10.1.0.0/16] } }] }]',
  'resource.k8s.io/v1/ResourceSlice a spec: { driver: a.b, nodeName: a, pool: { name: a, resourceSliceCount: 1 }, devices: [{ name: a, taints: [{ key: a }] }] }',
];

/** Every row of every topic. */
export const ENTRIES: readonly Entry[] = TOPICS.flatMap(({ name: topic, object, refused, accepted }) =>
  [...refused, ...accepted].map((fields, index) => ({
    topic,
    fields,
    text: object(fields),
    acceptedBy: (minor) => index >= refused.length !== (minor === 37 && OTHERWISE_IN_37.includes(fields)),
  })),
);
