import semver from 'semver';
import type { KubeVersion } from './kube-version.ts';

/** The number of versions when the input `kube-versions` is empty. */
const DEFAULT_COUNT = 3;

const minorVersion = (minor: string, full = `${minor}.0`): KubeVersion => ({ text: minor, minor, full });

/**
 * The newest bundled versions that a chart runs on.
 * For a range that allows none of them it is the nearest version that the range allows, so that the chart is rendered anyway: the newest
 * before the bundled ones, otherwise the first after them.
 * @param bundled minor versions, newest first
 * @param range `kubeVersion` of Chart.yaml, in the grammar of https://github.com/Masterminds/semver
 */
export function defaultVersions(bundled: readonly string[], range: string | undefined): KubeVersion[] {
  const newest = bundled.slice(0, DEFAULT_COUNT).map((minor) => minorVersion(minor));
  const constraint = range === undefined ? undefined : readRange(range);
  // Helm itself reports a range that cannot be parsed.
  if (constraint === undefined) return newest;
  const allowed = bundled.flatMap((minor) => lowestAllowed(minor, constraint) ?? []);
  if (allowed.length > 0) return allowed.slice(0, DEFAULT_COUNT);
  for (const minor of unbundledByDistance(bundled)) {
    const nearest = lowestAllowed(minor, constraint);
    if (nearest !== undefined) return [nearest];
  }
  return newest;
}

/** The minor versions of Kubernetes 1 that are not bundled: those before, newest first, then those after. */
function unbundledByDistance(bundled: readonly string[]): string[] {
  const known = bundled.map((minor) => Number(minor.split('.')[1]));
  const [oldest, newest] = [known.at(-1) ?? 0, known[0] ?? 0];
  const all = Array.from({ length: 100 }, (_, minor) => minor);
  return [...all.slice(0, oldest).reverse(), ...all.slice(newest + 1)].map((minor) => `1.${minor}`);
}

/** A longer range is left to Helm. */
const MAX_RANGE_LENGTH = 500;

interface Constraint {
  /** In npm's grammar. */
  text: string;
  excluded: string[];
}

/** Masterminds' grammar has commas for "and", and `!=`; npm's has neither. */
function readRange(range: string): Constraint | undefined {
  if (range.length > MAX_RANGE_LENGTH) return undefined;
  const excluded = [...range.matchAll(/!=\s*v?([\d.]+)/g)].map((match) => match[1] as string);
  const text = range
    .replaceAll(/!=\s*v?[\d.x*-]+/g, ' ')
    .replaceAll(',', ' ')
    .trim();
  return semver.validRange(text, { includePrerelease: true }) === null ? undefined : { text, excluded };
}

/** The first patch of a minor version that is in the range. */
function lowestAllowed(minor: string, { text, excluded }: Constraint): KubeVersion | undefined {
  const within = semver.validRange(`${minor}.x`);
  if (within === null || !semver.intersects(within, text, { includePrerelease: true })) return undefined;
  for (let patch = 0; patch < 100; patch++) {
    const full = `${minor}.${patch}`;
    if (semver.satisfies(full, text, { includePrerelease: true }) && !excluded.includes(full))
      return minorVersion(minor, full);
  }
  return undefined;
}
