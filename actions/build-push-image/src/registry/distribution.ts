import { ActionError, messageOf } from '../../../lib/errors.ts';
import { DOCKER_HUB, repositoryPath } from '../../../lib/images/references.ts';
import {
  InvalidResponseError,
  ResponseData,
  type ResponseLimits,
  ResponseTimeoutError,
} from '../../../lib/requests/responses.ts';
import { isConnectionError, type RetryPolicy, retryAfterSeconds, withRetries } from '../../../lib/requests/retry.ts';
import { debug, mask } from '../../../lib/runner/commands.ts';
import type { Parsed } from '../../../lib/runner/inputs.ts';
import type { Credentials } from '../docker/credentials.ts';
import { configKey, type Login } from '../docker/docker-config.ts';
import type { DockerHome } from '../docker/docker-home.ts';
import type { Settings } from '../inputs/inputs.ts';
import { isLoopback, type RegistryRequest, type RegistryResponse, sendRequest } from './registry-request.ts';

/** A response of a registry with an unexpected status. */
export class RegistryResponseError extends Error {
  override name = 'RegistryResponseError';
  readonly status: number;
  readonly retryAfter: number | undefined;

  constructor(what: string, status: number, retryAfter?: number) {
    super(`${what}: the registry responded with ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  get isRefused(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

export interface DistributionOptions extends RetryPolicy {
  host: string;
  credentials: Credentials | undefined;
  /** Of each response. Default: {@link RESPONSE_LIMITS}. */
  limits?: ResponseLimits;
}

/** Of each response. A page of 200,000 tags of 128 characters is smaller. */
const RESPONSE_LIMITS: ResponseLimits = { bytes: 32 * 1024 * 1024, seconds: 30 };

/** Of a whole list. No registry has so many tags; one whose list never ends is broken. */
const MAX_PAGES = 1000;
const MAX_TAGS = 1_000_000;
const MAX_LIST_SECONDS = 300;

/**
 * The two parts of the registry API that buildx does not use: which tags a repository has, and whether a login is valid.
 * Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md and https://distribution.github.io/distribution/spec/auth/token/
 */
export class Distribution {
  readonly #options: DistributionOptions;
  readonly #base: string;
  /** As errors name it. */
  readonly #name: string;
  readonly #authorization = new Map<string, string>();

  constructor(options: DistributionOptions) {
    this.#options = options;
    const host = options.host === DOCKER_HUB ? 'registry-1.docker.io' : options.host;
    this.#name = `the registry ${options.host}`;
    this.#base = `${isLoopback(host) ? 'http' : 'https'}://${host}`;
  }

  /**
   * The tags of a repository; none when it does not exist.
   * @throws {RegistryResponseError} when the registry refuses or fails
   * @throws {InvalidResponseError} when the response is not a list of tags, or is too large
   */
  async tags(repository: string): Promise<string[]> {
    const path = repositoryPath(repository);
    const subject = `the list of tags of ${repository}`;
    const end = performance.now() + MAX_LIST_SECONDS * 1000;
    const tags: string[] = [];
    const seen = new Set<string>();
    let url: string | undefined = `${this.#base}/v2/${path}/tags/list?n=1000`;
    while (url !== undefined) {
      if (seen.has(url) || seen.size === MAX_PAGES) throw new InvalidResponseError(this.#name, `${subject} has no end`);
      if (performance.now() > end) throw new ResponseTimeoutError(this.#name, MAX_LIST_SECONDS);
      seen.add(url);
      const response: RegistryResponse = await this.get(url, `repository:${path}:pull`);
      const { status } = response;
      if (status === 404) return tags;
      if (status !== 200) throw new RegistryResponseError(subject, status);
      // Registries written in Go send `null` for an empty list.
      const page =
        ResponseData.json(response.text, this.#name, subject)
          .at('tags')
          .optional?.list(MAX_TAGS - tags.length) ?? [];
      for (const tag of page) tags.push(tag.string());
      url = this.nextPage(url, response.headers.link, subject);
    }
    return tags;
  }

  /**
   * Whether the registry accepts the login, checked as `docker login` does.
   * @throws {RegistryResponseError} when the registry fails
   */
  async accepts(): Promise<boolean> {
    try {
      return (await this.get(`${this.#base}/v2/`, undefined)).status !== 401;
    } catch (error) {
      if (error instanceof RegistryResponseError && error.isRefused) return false;
      throw error;
    }
  }

  /** The next page, only of the same registry: the login is sent with the request. */
  private nextPage(url: string, link: string | string[] | undefined, subject: string): string | undefined {
    const target = /<([^>]+)>\s*;\s*rel="?next"?/i.exec(String(link ?? ''))?.[1];
    if (target === undefined) return undefined;
    if (!URL.canParse(target, url))
      throw new InvalidResponseError(this.#name, `${subject} continues at an invalid address`);
    const next = new URL(target, url);
    if (next.origin !== new URL(url).origin)
      throw new InvalidResponseError(this.#name, `${subject} continues at another host, ${next.origin}`);
    return next.href;
  }

  private async get(url: string, scope: string | undefined): Promise<RegistryResponse> {
    const known = this.#authorization.get(scope ?? '');
    const first = await this.send({ url, authorization: known });
    if (first.status !== 401) return first;
    const authorization = await this.authorize(String(first.headers['www-authenticate'] ?? ''), scope);
    if (authorization === undefined) throw new RegistryResponseError(url, 401);
    this.#authorization.set(scope ?? '', authorization);
    return this.send({ url, authorization });
  }

  private async authorize(challenge: string, scope: string | undefined): Promise<string | undefined> {
    const { credentials } = this.#options;
    if (/^basic/i.test(challenge))
      return credentials !== undefined && 'username' in credentials ? basicAuthorization(credentials) : undefined;
    if (!/^bearer/i.test(challenge)) return undefined;
    const parameters = new Map(
      [...challenge.matchAll(/([a-z_]+)="([^"]*)"/gi)].map(([, key = '', value = '']) => [key.toLowerCase(), value]),
    );
    const address = parameters.get('realm') ?? '';
    const realm = URL.canParse(address) ? new URL(address) : undefined;
    if (realm === undefined || !['https:', 'http:'].includes(realm.protocol))
      throw new InvalidResponseError(this.#name, 'the address for tokens (the realm of its challenge) is invalid');
    if (realm.protocol !== 'https:' && !isLoopback(realm.host))
      throw new InvalidResponseError(
        this.#name,
        `it issues tokens at ${realm.origin}, to which the login would be sent unencrypted`,
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
        authorization: credentials === undefined ? undefined : basicAuthorization(credentials),
      });
    }
    if (response.status !== 200) throw new RegistryResponseError(`the login at ${realm.host}`, response.status);
    const body = ResponseData.json(response.text, `the registry ${realm.host}`, 'the token');
    // Docker also ignores an empty `token`.
    const token = body.at('token').value ? body.at('token') : body.at('access_token');
    return token.parsed(parseToken);
  }

  /** One request, retried while the failure is transient. */
  private send(request: RegistryRequest): Promise<RegistryResponse> {
    const { limits = RESPONSE_LIMITS } = this.#options;
    return withRetries(
      async () => {
        const response = await sendRequest(request, limits, `the registry ${new URL(request.url).host}`);
        const { status, headers } = response;
        if (status !== 429 && status < 500) return response;
        throw new RegistryResponseError(request.url, status, retryAfterSeconds(headers['retry-after']));
      },
      {
        ...this.#options,
        classify: (error) => {
          if (!(error instanceof RegistryResponseError)) return { retry: isConnectionError(error) };
          return error.retryAfter === undefined ? { retry: true } : { retry: true, afterSeconds: error.retryAfter };
        },
      },
    );
  }
}

/** What a header can contain (RFC 6750, section 2.1, and RFC 9110, section 5.5); errors never show the token. */
const parseToken = (text: string): Parsed<string> =>
  /^[ -~]+$/.test(text) ? { value: text } : { problem: 'is empty or has invalid characters' };

const basicAuthorization = ({ username, password }: { username: string; password: string }): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/**
 * Check the step's own logins before anything is built: a wrong password is reported at once, not after the build.
 * A registry that cannot be reached from here (for example, because only the builder knows its certificate) is left to the build.
 * @throws {ActionError} when a registry refuses a login
 */
export async function checkLogins(settings: Settings, home: DockerHome): Promise<void> {
  // Outside a runner the command would be printed, and with it the password.
  if (home.env.GITHUB_ACTIONS === 'true') for (const { password } of settings.logins) mask(password);
  await Promise.all(settings.logins.map((login) => checkLogin(login, settings.retries)));
}

async function checkLogin(login: Login, retries: number): Promise<void> {
  const { host, username, password } = login;
  const accepted = await new Distribution({ host, credentials: { username, password }, retries })
    .accepts()
    .catch((error: unknown) => {
      debug(`the login to ${host} could not be checked: ${messageOf(error)}`);
      return true;
    });
  if (accepted) return;
  throw new ActionError({
    what: `the login to ${host} was refused`,
    why: `${configKey(host)} responded with 401 Unauthorized for user ${JSON.stringify(username)}: the user or the password is wrong`,
    next: 'Check the secret that the step gets as `password`: it must exist, be complete, be for this registry, and not be expired. Nothing was built or pushed.',
  });
}
