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
  accepted: boolean;
}

/** Every row of every topic. */
export const ENTRIES: readonly Entry[] = TOPICS.flatMap(({ name: topic, object, refused, accepted }) =>
  [...refused, ...accepted].map((fields, index) => ({
    topic,
    fields,
    text: object(fields),
    accepted: index >= refused.length,
  })),
);
