/**
 * Images in Helm values: a mapping with `repository` and, in many charts, `registry`, `tag` and `digest` beside it.
 * The convention of charts: https://helm.sh/docs/chart_best_practices/values/
 */

/** An image as a values file names it. */
export interface NamedImage {
  /** The value of `registry`, or `''`. */
  registry: string;
  repository: string;
}

/**
 * The image that a mapping names, or `undefined`.
 * @param get the value of a key of the mapping, through aliases and merge keys
 */
export function imageNameIn(get: (key: string) => unknown): NamedImage | undefined {
  const repository = toText(get('repository'));
  return repository === '' ? undefined : { registry: toText(get('registry')), repository };
}

const toText = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** The repository with its registry, which charts put into `registry`, into `repository`, or into both. */
export function fullRepository({ registry, repository }: NamedImage): string {
  const host = withoutTrailingSlashes(registry);
  return host === '' || repository.toLowerCase().startsWith(`${host.toLowerCase()}/`)
    ? repository
    : `${host}/${repository}`;
}

/** In linear time, which `/\/+$/` is not. */
function withoutTrailingSlashes(text: string): string {
  let end = text.length;
  while (text[end - 1] === '/') end--;
  return text.slice(0, end);
}
