import { debug, mask } from '../../../lib/commands.ts';
import { ActionError, messageOf } from '../../../lib/errors.ts';
import type { Parsed } from '../../../lib/inputs.ts';
import {
  InvalidResponseError,
  ResponseData,
  type ResponseLimits,
  ResponseTimeoutError,
} from '../../../lib/responses.ts';
import { isConnectionError, retryAfterSeconds, withRetries } from '../../../lib/retry.ts';
import type { Credentials } from '../docker/credentials.ts';
import { configKey, isLoopback, type Login, pathOnHost } from '../docker/docker-config.ts';
import type { DockerHome } from '../docker/docker-home.ts';
import type { Settings } from '../inputs/inputs.ts';
import { type RegistryRequest, type RegistryResponse, sendRequest } from './registry-request.ts';

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
  /** Of each answer; {@link RESPONSE_LIMITS} when left out. */
  limits?: ResponseLimits;
  /** For tests. */
  wait?: (seconds: number) => Promise<unknown>;
}

/** Of each answer. 200,000 tags of 128 characters, all on one page, are less. */
const RESPONSE_LIMITS: ResponseLimits = { bytes: 32 * 1024 * 1024, seconds: 30 };

/** Of all pages of a list together. No registry has so many; one that never ends its list is broken. */
const LIST_LIMITS = { pages: 1000, tags: 1_000_000, seconds: 300 };

/**
 * The two questions of the registry API that buildx does not ask: which tags a repository has, and whether a login is good.
 * Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md and https://distribution.github.io/distribution/spec/auth/token/
 */
export class Distribution {
  readonly #options: DistributionOptions;
  readonly #base: string;
  /** As errors call it. */
  readonly #name: string;
  readonly #authorization = new Map<string, string>();

  constructor(options: DistributionOptions) {
    this.#options = options;
    const host = options.host === 'docker.io' ? 'registry-1.docker.io' : options.host;
    this.#name = `the registry ${options.host}`;
    this.#base = `${isLoopback(host) ? 'http' : 'https'}://${host}`;
  }

  /**
   * The tags of a repository; none when it does not exist.
   * @throws {AnswerError} when the registry refuses or cannot answer
   * @throws {InvalidResponseError} when it answers something else, or more than can be
   */
  async tags(repository: string): Promise<string[]> {
    const path = pathOnHost(repository);
    const subject = `the list of tags of ${repository}`;
    const { seconds, pages: mostPages, tags: mostTags } = LIST_LIMITS;
    const end = performance.now() + seconds * 1000;
    const tags: string[] = [];
    const seen = new Set<string>();
    let url: string | undefined = `${this.#base}/v2/${path}/tags/list?n=1000`;
    while (url !== undefined) {
      if (seen.has(url) || seen.size === mostPages) throw new InvalidResponseError(this.#name, `${subject} has no end`);
      if (performance.now() > end) throw new ResponseTimeoutError(this.#name, seconds);
      seen.add(url);
      const response: RegistryResponse = await this.get(url, `repository:${path}:pull`);
      const { status } = response;
      if (status === 404) return tags;
      if (status !== 200) throw new AnswerError(subject, status);
      // `null` is what registries written in Go send for an empty list.
      const page =
        ResponseData.json(response.text, this.#name, subject)
          .at('tags')
          .optional?.list(mostTags - tags.length) ?? [];
      for (const tag of page) tags.push(tag.string());
      url = this.nextPage(url, response.headers.link, subject);
    }
    return tags;
  }

  /**
   * Whether the registry takes the login, asked as `docker login` asks.
   * @throws {AnswerError} when the registry cannot say
   */
  async accepts(): Promise<boolean> {
    try {
      return (await this.get(`${this.#base}/v2/`, undefined)).status !== 401;
    } catch (error) {
      if (error instanceof AnswerError && error.refused) return false;
      throw error;
    }
  }

  /** A page further, only at the same registry: the login goes along. */
  private nextPage(url: string, link: string | string[] | undefined, subject: string): string | undefined {
    const target = /<([^>]+)>\s*;\s*rel="?next"?/i.exec(String(link ?? ''))?.[1];
    if (target === undefined) return undefined;
    if (!URL.canParse(target, url))
      throw new InvalidResponseError(this.#name, `${subject} goes on at something that is no address`);
    const next = new URL(target, url);
    if (next.origin !== new URL(url).origin)
      throw new InvalidResponseError(this.#name, `${subject} goes on at another host, ${next.origin}`);
    return next.href;
  }

  private async get(url: string, scope: string | undefined): Promise<RegistryResponse> {
    const known = this.#authorization.get(scope ?? '');
    const first = await this.send({ url, authorization: known });
    if (first.status !== 401) return first;
    const authorization = await this.authorize(String(first.headers['www-authenticate'] ?? ''), scope);
    if (authorization === undefined) throw new AnswerError(url, 401);
    this.#authorization.set(scope ?? '', authorization);
    return this.send({ url, authorization });
  }

  private async authorize(challenge: string, scope: string | undefined): Promise<string | undefined> {
    const { credentials } = this.#options;
    if (/^basic/i.test(challenge))
      return credentials !== undefined && 'username' in credentials ? basic(credentials) : undefined;
    if (!/^bearer/i.test(challenge)) return undefined;
    const parameters = new Map(
      [...challenge.matchAll(/([a-z_]+)="([^"]*)"/gi)].map(([, key = '', value = '']) => [key.toLowerCase(), value]),
    );
    const address = parameters.get('realm') ?? '';
    const realm = URL.canParse(address) ? new URL(address) : undefined;
    if (realm === undefined || !['https:', 'http:'].includes(realm.protocol))
      throw new InvalidResponseError(
        this.#name,
        'where it gives out tokens (the realm of its challenge) is no address',
      );
    if (realm.protocol !== 'https:' && !isLoopback(realm.host))
      throw new InvalidResponseError(
        this.#name,
        `it gives out tokens at ${realm.origin}, where the login would go unencrypted`,
      );
    return `Bearer ${await this.token(realm, parameters.get('service') ?? '', scope)}`;
  }

  private async token(realm: URL, service: string, scope: string | undefined): Promise<string> {
    const { credentials } = this.#options;
    const query = new URLSearchParams({ service, ...(scope === undefined ? {} : { scope }) });
    let response: RegistryResponse;
    if (credentials !== undefined && 'identityToken' in credentials) {
      query.set('grant_type', 'refresh_token');
      query.set('refresh_token', credentials.identityToken);
      query.set('client_id', 'gitops-actions');
      response = await this.send({ url: realm.href, authorization: undefined, form: query.toString() });
    } else {
      for (const [key, value] of query) realm.searchParams.set(key, value);
      response = await this.send({
        url: realm.href,
        authorization: credentials === undefined ? undefined : basic(credentials),
      });
    }
    if (response.status !== 200) throw new AnswerError(`the login at ${realm.host}`, response.status);
    const answer = ResponseData.json(response.text, `the registry ${realm.host}`, 'the token');
    // Docker takes an empty `token` for none too.
    const token = answer.at('token').value ? answer.at('token') : answer.at('access_token');
    return token.parsed(parseToken);
  }

  /** One request, repeated while the failure may pass. */
  private send(request: RegistryRequest): Promise<RegistryResponse> {
    const { retries, limits = RESPONSE_LIMITS, wait } = this.#options;
    return withRetries(
      async () => {
        const response = await sendRequest(request, limits, `the registry ${new URL(request.url).host}`);
        const { status, headers } = response;
        if (status !== 429 && status < 500) return response;
        throw new AnswerError(request.url, status, retryAfterSeconds(headers['retry-after']));
      },
      {
        retries,
        classify: (error) => {
          if (!(error instanceof AnswerError)) return { retry: isConnectionError(error) };
          return error.retryAfter === undefined ? { retry: true } : { retry: true, afterSeconds: error.retryAfter };
        },
        ...(wait === undefined ? {} : { wait }),
      },
    );
  }
}

/** What a header can carry (RFC 6750, section 2.1, and RFC 9110, section 5.5); the token itself is never shown. */
const parseToken = (text: string): Parsed<string> =>
  /^[ -~]+$/.test(text) ? { value: text } : { problem: 'is empty or has characters that no token has' };

const basic = ({ username, password }: { username: string; password: string }): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/**
 * Try the step's own logins before anything is built: a wrong password is told at once, not after the build.
 * A registry that cannot be asked here (its certificate is known to the builder alone, say) is left to the build.
 * @throws {ActionError} when a registry refuses
 */
export async function checkLogins(settings: Settings, home: DockerHome): Promise<void> {
  // Outside a runner nobody takes the command away, and it would show what it is to hide.
  if (home.env.GITHUB_ACTIONS === 'true') for (const { password } of settings.logins) mask(password);
  await Promise.all(settings.logins.map((login) => checkLogin(login, settings.retries)));
}

async function checkLogin(login: Login, retries: number): Promise<void> {
  const { host, username, password } = login;
  const accepted = await new Distribution({ host, credentials: { username, password }, retries })
    .accepts()
    .catch((error: unknown) => {
      debug(`${host} could not be asked about the login: ${messageOf(error)}`);
      return true;
    });
  if (accepted) return;
  throw new ActionError({
    what: `the login to ${host} was refused`,
    why: `${configKey(host)} answers the user ${JSON.stringify(username)} with 401 Unauthorized: the user or the password is wrong`,
    next: 'Check the secret that the step gets as password: is it there, complete, not expired, and for this registry? Nothing was built or pushed.',
  });
}
