import { InvalidResponseError, ResponseData, ResponseTimeoutError } from '../../../../lib/requests/responses.ts';
import { jsonProblemOf, pullScope, type RegistryCaller } from './registry-call.ts';
import type { RegistryResponse } from './registry-request.ts';

/** Of a whole list. No registry has so many tags; one whose list never ends is broken. */
const MAX_PAGES = 1000;
const MAX_TAGS = 1_000_000;
const MAX_LIST_SECONDS = 300;

/** The tags of a repository, page by page; none when it does not exist. */
export async function listTags(client: RegistryCaller, repository: string, path: string): Promise<string[]> {
  const subject = `the list of tags of ${repository}`;
  const end = performance.now() + MAX_LIST_SECONDS * 1000;
  const tags: string[] = [];
  const seen = new Set<string>();
  let url: string | undefined = `/v2/${path}/tags/list?n=1000`;
  while (url !== undefined) {
    if (seen.has(url) || seen.size === MAX_PAGES) throw new InvalidResponseError(client.name, `${subject} has no end`);
    if (performance.now() > end) throw new ResponseTimeoutError(client.name, MAX_LIST_SECONDS);
    seen.add(url);
    const response = await client.call({
      url,
      scopes: [pullScope(path)],
      what: subject,
      expected: [200, 404],
      problemOf: jsonProblemOf,
    });
    if (response.status === 404) return tags;
    // Registries written in Go send `null` for an empty list.
    const page =
      ResponseData.json(response.body.toString('utf8'), client.name, subject)
        .at('tags')
        .optional?.list(MAX_TAGS - tags.length) ?? [];
    for (const tag of page) tags.push(tag.string());
    url = nextPage(response, subject, client.name);
  }
  return tags;
}

/** The next page, only of the same registry: the login is sent with the request. */
export function nextPage(
  { url, headers: { link } }: Pick<RegistryResponse, 'url' | 'headers'>,
  subject: string,
  server: string,
): string | undefined {
  const target = /<([^>]+)>\s*;\s*rel="?next"?/i.exec(String(link ?? ''))?.[1];
  if (target === undefined) return undefined;
  if (!URL.canParse(target, url)) throw new InvalidResponseError(server, `${subject} continues at an invalid address`);
  const next = new URL(target, url);
  if (next.origin !== new URL(url).origin)
    throw new InvalidResponseError(server, `${subject} continues at another host, ${next.origin}`);
  return next.pathname + next.search;
}
