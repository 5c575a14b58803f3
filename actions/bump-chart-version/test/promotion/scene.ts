import { type FileState, requireFiles } from '../../src/files/file-source.ts';
import { withPromotedImages } from '../../src/images/promoted-images.ts';
import { makePlan, type Plan, pathsOf } from '../../src/plan/plan.ts';
import { filesOf, newText, settings } from '../helpers.ts';

export const STAGING = 'environments/staging/values.yaml';
export const PRODUCTION = 'environments/production/values.yaml';
export const A = `sha256:${'a'.repeat(64)}`;
export const B = `sha256:${'b'.repeat(64)}`;

/** The plan that promotes the images of staging to production. */
export async function promote(
  staging: string,
  production: string,
  inputs: Record<string, string> = {},
  more: Record<string, string> = {},
): Promise<Plan> {
  const given = { charts: 'environments/production', version: 'none', from: STAGING, ...inputs };
  return planOf(given, { [STAGING]: staging, [PRODUCTION]: production, ...more });
}

/** The plan for these files, read as from a repository. */
export async function planOf(inputs: Record<string, string>, texts: Record<string, string>): Promise<Plan> {
  const given = await settings(inputs);
  const names = (directory: string): string[] =>
    Object.keys(texts).flatMap((path) => (path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : []));
  const list = async (directory: string) => (names(directory).length > 0 ? names(directory) : undefined);
  const contents = filesOf(texts);
  const stateOf = (path: string): FileState => {
    const bytes = contents.get(path);
    return bytes === undefined ? { kind: 'missing' } : { kind: 'file', bytes };
  };
  const source = { files: new Map(pathsOf(given).map((path) => [path, stateOf(path)])), list };
  const request = await withPromotedImages(given, source);
  return makePlan(request, await requireFiles(request, source));
}

export const production = (plan: Plan): string | undefined => newText(plan, PRODUCTION);
