import type { Parsed } from '../../../lib/runner/inputs.ts';

/** A version of Kubernetes to render and validate for. */
export interface KubeVersion {
  /** As the user wrote it, without a `v`: `1.34` or `1.34.2`. */
  text: string;
  /** The version of the schemas: `1.34`. */
  minor: string;
  /** The version for Helm: `1.34.0`. */
  full: string;
}

export const KUBE_VERSION_EXAMPLE = '1.34';

/** Read `1.34`, `1.34.2` or `v1.34`. */
export function parseKubeVersion(text: string): Parsed<KubeVersion> {
  const match = /^v?(1\.(?:0|[1-9]\d?))(\.(?:0|[1-9]\d{0,2}))?$/.exec(text);
  if (match === null) return { problem: 'is not a Kubernetes version (1.34 or 1.34.2)' };
  const minor = match[1] as string;
  return { value: { text: `${minor}${match[2] ?? ''}`, minor, full: `${minor}${match[2] ?? '.0'}` } };
}

export const minorNumber = ({ minor }: KubeVersion): number => Number(minor.split('.')[1]);
