import type { Readable } from 'node:stream';
import { DOCKER_HUB, repositoryPath } from '../../../../lib/images/references.ts';
import { BrokenResponseError, type ResponseLimits } from '../../../../lib/requests/responses.ts';
import { type RetryOptions, type RetryPolicy, withRetries } from '../../../../lib/requests/retry.ts';
import type { Credentials } from '../../docker/credentials.ts';
import { Authorizer } from './authorization.ts';
import { problemOfResponse, withBody } from './broken-responses.ts';
import { Connections } from './connections.ts';
import type { RegistryCall, RegistryCaller } from './registry-call.ts';
import { classifyRegistryError, RegistryResponseError } from './registry-error.ts';
import {
  isLoopback,
  type RegistryRequest,
  type RegistryResponse,
  type StreamedResponse,
  safeTarget,
  sendRequest,
  streamRequest,
} from './registry-request.ts';
import { listTags } from './tag-list.ts';

export interface DistributionOptions extends RetryPolicy {
  host: string;
  credentials: Credentials | undefined;
  /** Of each response. Default: {@link RESPONSE_LIMITS}. */
  limits?: ResponseLimits;
  /** Default: new ones. */
  connections?: Connections;
  onRetry?: NonNullable<RetryOptions['onRetry']>;
}

/** Of each response. A page of 200,000 tags of 128 characters is smaller. */
const RESPONSE_LIMITS: ResponseLimits = { bytes: 32 * 1024 * 1024, seconds: 30 };

/** A blob may have any size, but its bytes must keep coming. Registries check the digest of a large one before they respond. */
const BLOB_IDLE_SECONDS = 120;

/**
 * The API of one registry, with its login, on connections that are kept.
 * Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export class Distribution implements RegistryCaller {
  readonly host: string;
  /** As errors name it. */
  readonly name: string;
  readonly #options: DistributionOptions;
  readonly #base: string;
  readonly #connections: Connections;
  readonly #authorizer: Authorizer;
  /** Settles when the first request has got its response; `undefined` before one is sent. */
  #first: Promise<void> | undefined;
  /** Settles when the registry was asked how it authenticates, after it has not asked for a login itself. */
  #asked: Promise<void> | undefined;

  constructor(options: DistributionOptions) {
    const { credentials, connections = new Connections(process.env), limits = RESPONSE_LIMITS } = options;
    this.#options = options;
    this.host = options.host;
    this.name = `the registry ${options.host}`;
    const host = options.host === DOCKER_HUB ? 'registry-1.docker.io' : options.host;
    this.#base = `${isLoopback(host) ? 'http' : 'https'}://${host}`;
    this.#connections = connections;
    this.#authorizer = new Authorizer({ credentials, connections, limits, name: this.name });
  }

  /**
   * The tags of a repository; none when it does not exist.
   * @throws {RegistryResponseError} when the registry refuses or fails
   * @throws {InvalidResponseError} when the response is not a list of tags, or is too large
   */
  tags(repository: string): Promise<string[]> {
    return listTags(this, repository, repositoryPath(repository));
  }

  /**
   * The refusal of the login, checked as `docker login` does; `undefined` when the registry accepts it.
   * @throws {RegistryResponseError} when the registry fails
   */
  async refusal(): Promise<RegistryResponseError | undefined> {
    try {
      await this.call({ url: '/v2/', scopes: [], what: 'the login', expected: [200, 403, 404] });
      return undefined;
    } catch (error) {
      if (!(error instanceof RegistryResponseError) || error.kind === 'transient') throw error;
      return error.isRefused ? error : undefined;
    }
  }

  /** A request with its whole response, repeated while the failure is transient. */
  call(call: RegistryCall): Promise<RegistryResponse> {
    return this.retry(() => this.callOnce(call));
  }

  async callOnce(call: RegistryCall): Promise<RegistryResponse> {
    const { limits = RESPONSE_LIMITS } = this.#options;
    return this.checked(
      call,
      await this.withLogin(call, (request) => sendRequest(request, limits, this.transport(request.url))),
    );
  }

  /** The content of a blob as a stream. Not repeated. */
  async read(call: RegistryCall): Promise<StreamedResponse> {
    const send = (request: RegistryRequest) => streamRequest(request, BLOB_IDLE_SECONDS, this.transport(request.url));
    return this.checked(call, await this.withLogin(call, send)) as StreamedResponse;
  }

  /** Send a stream. Not repeated, not even with a new login. */
  async write(call: RegistryCall, body: Readable): Promise<void> {
    const request = { ...this.toRequest(call), body };
    const authorization = this.isOwn(request.url) ? await this.#authorizer.header(call.scopes) : undefined;
    const transport = this.transport(request.url);
    const sent = await streamRequest({ ...request, authorization }, BLOB_IDLE_SECONDS, transport);
    const response = 'stream' in sent ? await withBody(sent, transport.server) : sent;
    if (response.status === 401 && authorization !== undefined) {
      // The next attempt has a new token.
      await this.#authorizer.renew(challengeOf(response), call.scopes, authorization);
      throw new RegistryResponseError(call.what, response, true);
    }
    this.checked(call, response);
  }

  /** Repeat work that consists of several requests. */
  retry<T>(work: () => Promise<T>): Promise<T> {
    let attempt = 0;
    return withRetries(
      () => {
        attempt++;
        return work();
      },
      { ...this.#options, classify: (error) => classifyRegistryError(error, attempt) },
    );
  }

  /** The address in a `Location` header. A proxy that ends TLS often leads to a wrong scheme of the same host. */
  locate(location: string | undefined, { url }: Pick<RegistryResponse, 'url'>): string {
    const own = new URL(this.#base);
    const target = URL.canParse(location ?? '', url) ? new URL(location ?? '', url) : undefined;
    if (target?.hostname === own.hostname && target.protocol !== own.protocol)
      return new URL(`${target.pathname}${target.search}`, own).href;
    return safeTarget(url, location ?? '', this.name).href;
  }

  private async withLogin<R extends RegistryResponse | StreamedResponse>(
    call: RegistryCall,
    send: (request: RegistryRequest) => Promise<R>,
  ): Promise<R> {
    const request = this.toRequest(call);
    // The registry may name another host for an upload, which must not get the login.
    if (!this.isOwn(request.url)) return send(request);
    if (this.#first !== undefined) await this.#first;
    const isFirst = this.#first === undefined;
    const authorization = isFirst ? undefined : await this.#authorizer.header(call.scopes);
    const response = await (isFirst ? this.sendFirst(request, send) : send({ ...request, authorization }));
    const other = await this.otherLogin(response, call.scopes, authorization);
    return other === undefined ? response : send({ ...request, authorization: other });
  }

  /**
   * The login to repeat a request with; `undefined` when its response stands.
   * @param used the login of the request
   */
  private async otherLogin(
    response: RegistryResponse | StreamedResponse,
    scopes: readonly string[],
    used: string | undefined,
  ): Promise<string | undefined> {
    if (this.isChallenge(response)) return this.#authorizer.renew(challengeOf(response), scopes, used);
    if (response.status !== 404 || used !== undefined || this.#options.credentials === undefined) return undefined;
    // Some registries hide what they have from requests without a login.
    this.#asked ??= this.askForChallenge().catch((error: unknown) => {
      this.#asked = undefined;
      throw error;
    });
    await this.#asked;
    return this.#authorizer.header(scopes);
  }

  /** Whether the registry itself asks for a login: the target of a redirect gets none, and names no server for it. */
  private isChallenge({ status, url }: Pick<RegistryResponse, 'status' | 'url'>): boolean {
    return status === 401 && this.isOwn(url);
  }

  /**
   * Learn how the registry authenticates from the request that docker begins with.
   * @throws {RegistryResponseError} when that stays unknown, because it fails
   * Source: https://distribution.github.io/distribution/spec/api/#api-version-check
   */
  private async askForChallenge(): Promise<void> {
    const { limits = RESPONSE_LIMITS } = this.#options;
    const request = this.toRequest({ url: '/v2/' });
    const response = await sendRequest(request, limits, this.transport(request.url));
    if (this.isChallenge(response)) this.#authorizer.learn(challengeOf(response));
    const unexpected = new RegistryResponseError('the login', response);
    if (unexpected.kind === 'transient') throw unexpected;
  }

  /** The first response shows how the registry authenticates. All other requests wait for it, instead of being refused, too. */
  private sendFirst<R extends RegistryResponse | StreamedResponse>(
    request: RegistryRequest,
    send: (request: RegistryRequest) => Promise<R>,
  ): Promise<R> {
    const sending = send(request);
    this.#first = sending.then(
      (response) => {
        if (this.isChallenge(response)) this.#authorizer.learn(challengeOf(response));
      },
      () => undefined,
    );
    return sending;
  }

  private toRequest({
    method,
    url,
    headers,
    body,
  }: Pick<RegistryCall, 'method' | 'url' | 'headers' | 'body'>): RegistryRequest {
    return {
      url: new URL(url, this.#base).href,
      authorization: undefined,
      ...(method === undefined ? {} : { method }),
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body }),
    };
  }

  /**
   * @throws {BrokenResponseError} for a successful response that a proxy sent, or whose body is not complete
   */
  private checked<R extends RegistryResponse | StreamedResponse>(call: RegistryCall, response: R): R {
    const { what, expected } = call;
    const problem = problemOfResponse(call, response);
    if (problem !== undefined) throw new BrokenResponseError(this.name, `${problem} (status ${response.status})`, what);
    if (expected.includes(response.status)) return response;
    const body = 'body' in response ? response.body : Buffer.alloc(0);
    if ('stream' in response) response.stream.resume();
    throw new RegistryResponseError(what, { ...response, body });
  }

  private isOwn(url: string): boolean {
    return new URL(url).origin === new URL(this.#base).origin;
  }

  private transport(url: string): { connections: Connections; server: string } {
    return { connections: this.#connections, server: `the registry ${new URL(url).host}` };
  }
}

const challengeOf = ({ headers }: Pick<RegistryResponse, 'headers'>): string =>
  String(headers['www-authenticate'] ?? '');
