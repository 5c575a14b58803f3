import { toInputEnv } from '../../../scripts/test-support/bundle.ts';
import { readSettings } from '../src/inputs/read-settings.ts';
import type { Request } from '../src/inputs/settings.ts';
import { makePlan, type Plan } from '../src/plan/plan.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export const bytes = (text: string): Uint8Array => encoder.encode(text);
export const textOf = (data: Uint8Array): string => decoder.decode(data);

export const CHART = 'apiVersion: v2\nname: shop # the name\nversion: 1.0.0\nappVersion: "1.0.0"\n';

export const DIGEST = `sha256:${'a'.repeat(64)}`;
export const OLD_DIGEST = `sha256:${'0'.repeat(64)}`;

export const image = (repository: string, tags: string[] = ['1.4.2', 'sha-0123456789ab'], digest = DIGEST): string =>
  JSON.stringify([{ name: repository.slice(repository.indexOf('/') + 1), repository, digest, tags }]);

/** Settings from inputs, by their names in action.yml. */
export function settings(inputs: Record<string, string>, env: Record<string, string> = {}) {
  return readSettings({
    GITHUB_REPOSITORY: 'octo/shop',
    ...toInputEnv({ charts: 'helm/shop', token: 'token', ...inputs }),
    ...env,
  });
}

export const filesOf = (files: Record<string, string>): Map<string, Uint8Array> =>
  new Map(Object.entries(files).map(([path, text]) => [path, bytes(text)]));

/** The plan for a chart helm/shop with this values.yaml. */
export async function planFor(
  inputs: Record<string, string>,
  values: string,
  more: Record<string, string> = {},
): Promise<Plan> {
  const request: Request = await settings(inputs);
  return makePlan(request, filesOf({ 'helm/shop/Chart.yaml': CHART, 'helm/shop/values.yaml': values, ...more }));
}

/** The new text of a file, or `undefined` when it does not change. */
export const newText = (plan: Plan, path = 'helm/shop/values.yaml'): string | undefined =>
  plan.files.find((file) => file.path === path)?.text;
