import { HttpClient, type HttpClientResponse } from '@actions/http-client';
import { isConnectionReset, retryAfterSeconds, withRetries } from '../../lib/retry.ts';
import type { Credentials } from './credentials.ts';
import { pathOnHost } from './login.ts';

/** A registry's answer that is not what was asked for. */
export class AnswerError extends Error {
  override name = 'AnswerError';
  readonly status: number;
  readonly retryAfter: number | undefined;

  constructor(what: string, status: number, retryAfter?: number) {
    super(`${what} was answered with ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  get refused(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

export interface DistributionOptions {
  host: string;
  credentials: Credentials | undefined;
  retries: number;
  /** For tests. */
  wait?: (seconds: number) => Promise<unknown>;
}

/** No registry has so many pages of tags; one that never ends its list is broken. */
const MOST_PAGES = 1000;

/**
 * The two questions of the registry API that buildx does not ask: which tags a repository has, and whether a login is good.
 * Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md and https://distribution.github.io/distribution/spec/auth/token/
 */
export class Distribution {
  readonly #options: DistributionOptions;
  readonly #base: string;
  // The runner's proxy variables are honoured, which Node's own `fetch` does not do.
  readonly #http = new HttpClient('gitops-actions', [], { allowRetries: false, socketTimeout: 30_000 });
  readonly #authorization = new Map<string, string>();

  constructor(options: DistributionOptions) {
    this.#options = options;
    const host = options.host === 'docker.io' ? 'registry-1.docker.io' : options.host;
    this.#base = `${isLoopback(host) ? 'http' : 'https'}://${host}`;
  }

  /**
   * The tags of a repository; none when it does not exist.
   * @throws {AnswerError} when the registry refuses or cannot answer
   */
  async tags(repository: string): Promise<string[]> {
    const path = pathOnHost(repository);
    const tags: string[] = [];
    let url: string | undefined = `${this.#base}/v2/${path}/tags/list?n=1000`;
    for (let page = 0; url !== undefined; page++) {
      if (page === MOST_PAGES) throw new Error(`the list of tags of ${repository} has no end`);
      const response: HttpClientResponse = await this.get(url, `repository:${path}:pull`);
      const status = response.message.statusCode ?? 0;
      const body = await response.readBody();
      if (status === 404) return tags;
      if (status !== 200) throw new AnswerError(`the list of tags of ${repository}`, status);
      tags.push(...((JSON.parse(body) as { tags: string[] | null }).tags ?? []));
      url = this.nextPage(url, response.message.headers.link);
    }
    return tags;
  }

  /**
   * Whether the registry takes the login, asked as `docker login` asks.
   * @throws {AnswerError} when the registry cannot say
   */
  async accepts(): Promise<boolean> {
    try {
      const response = await this.get(`${this.#base}/v2/`, undefined);
      response.message.resume();
      return response.message.statusCode !== 401;
    } catch (error) {
      if (error instanceof AnswerError && error.refused) return false;
      throw error;
    }
  }

  /** A page further, only at the same registry: the login goes along. */
  private nextPage(url: string, link: string | string[] | undefined): string | undefined {
    const target = /<([^>]+)>\s*;\s*rel="?next"?/i.exec(String(link ?? ''))?.[1];
    if (target === undefined) return undefined;
    const next = new URL(target, url);
    if (next.origin !== new URL(url).origin)
      throw new Error(`the list of tags goes on at another host, ${next.origin}`);
    return next.href;
  }

  private async get(url: string, scope: string | undefined): Promise<HttpClientResponse> {
    const known = this.#authorization.get(scope ?? '');
    const first = await this.send(url, known);
    if (first.message.statusCode !== 401) return first;
    first.message.resume();
    const authorization = await this.authorize(String(first.message.headers['www-authenticate'] ?? ''), scope);
    if (authorization === undefined) throw new AnswerError(url, 401);
    this.#authorization.set(scope ?? '', authorization);
    return this.send(url, authorization);
  }

  private async authorize(challenge: string, scope: string | undefined): Promise<string | undefined> {
    const { credentials } = this.#options;
    if (/^basic/i.test(challenge))
      return credentials !== undefined && 'username' in credentials ? basic(credentials) : undefined;
    if (!/^bearer/i.test(challenge)) return undefined;
    const parameters = new Map(
      [...challenge.matchAll(/([a-z_]+)="([^"]*)"/gi)].map(([, key = '', value = '']) => [key.toLowerCase(), value]),
    );
    const realm = new URL(parameters.get('realm') ?? '');
    if (realm.protocol !== 'https:' && !isLoopback(realm.host))
      throw new Error(`${realm.origin} would get the login unencrypted`);
    return `Bearer ${await this.token(realm, parameters.get('service') ?? '', scope)}`;
  }

  private async token(realm: URL, service: string, scope: string | undefined): Promise<string> {
    const { credentials } = this.#options;
    const query = new URLSearchParams({ service, ...(scope === undefined ? {} : { scope }) });
    let response: HttpClientResponse;
    if (credentials !== undefined && 'identityToken' in credentials) {
      query.set('grant_type', 'refresh_token');
      query.set('refresh_token', credentials.identityToken);
      query.set('client_id', 'gitops-actions');
      response = await this.send(realm.href, undefined, query.toString());
    } else {
      for (const [key, value] of query) realm.searchParams.set(key, value);
      response = await this.send(realm.href, credentials === undefined ? undefined : basic(credentials));
    }
    const status = response.message.statusCode ?? 0;
    const body = await response.readBody();
    if (status !== 200) throw new AnswerError(`the login at ${realm.host}`, status);
    const { token, access_token } = JSON.parse(body) as { token?: string; access_token?: string };
    return token ?? access_token ?? '';
  }

  /** One request, a GET or with a form a POST, repeated while the failure may pass. */
  private send(url: string, authorization: string | undefined, form?: string): Promise<HttpClientResponse> {
    const headers = authorization === undefined ? {} : { authorization };
    const { retries, wait } = this.#options;
    return withRetries(
      async () => {
        const response =
          form === undefined
            ? await this.#http.get(url, headers)
            : await this.#http.post(url, form, { ...headers, 'content-type': 'application/x-www-form-urlencoded' });
        const status = response.message.statusCode ?? 0;
        if (status !== 429 && status < 500) return response;
        response.message.resume();
        throw new AnswerError(url, status, retryAfterSeconds(response.message.headers['retry-after']));
      },
      {
        retries,
        classify: (error) => {
          if (!(error instanceof AnswerError)) return { retry: isConnectionReset(error) };
          return error.retryAfter === undefined ? { retry: true } : { retry: true, afterSeconds: error.retryAfter };
        },
        ...(wait === undefined ? {} : { wait }),
      },
    );
  }
}

const basic = ({ username, password }: { username: string; password: string }): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** Hosts that are spoken to without TLS, as docker and containerd do: this machine itself. */
export function isLoopback(host: string): boolean {
  const name = new URL(`http://${host}`).hostname;
  return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(name);
}
