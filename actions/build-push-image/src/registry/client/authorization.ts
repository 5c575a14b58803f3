import {
  BrokenResponseError,
  InvalidResponseError,
  jsonProblem,
  ResponseData,
  type ResponseLimits,
} from '../../../../lib/requests/responses.ts';
import type { Parsed } from '../../../../lib/runner/inputs.ts';
import type { Credentials } from '../../docker/credentials.ts';
import { parseChallenges } from './challenges.ts';
import type { Connections } from './connections.ts';
import { RegistryResponseError } from './registry-error.ts';
import { isLoopback, type RegistryRequest, sendRequest } from './registry-request.ts';

type Scheme = { kind: 'basic' } | { kind: 'bearer'; realm: URL; service: string };

interface Token {
  scopes: readonly string[];
  header: Promise<string>;
  /** In milliseconds, as `performance.now` counts; unknown while the token is requested. */
  expires: number;
}

export interface AuthorizerOptions {
  credentials: Credentials | undefined;
  limits: ResponseLimits;
  connections: Connections;
  /** The registry, as errors name it. */
  name: string;
}

/** A token without `expires_in` is valid for 60 s: https://distribution.github.io/distribution/spec/auth/token/#token-response-fields */
const DEFAULT_TOKEN_SECONDS = 60;

/**
 * The `Authorization` header for one registry. A token is requested once for its scopes, and used until it expires or is refused.
 * Source: https://distribution.github.io/distribution/spec/auth/token/
 */
export class Authorizer {
  readonly #options: AuthorizerOptions;
  readonly #tokens: Token[] = [];
  /** What the registry asked for; unknown before its first 401. */
  #scheme: Scheme | undefined;

  constructor(options: AuthorizerOptions) {
    this.#options = options;
  }

  /** The header to begin with, `undefined` for none. */
  async header(scopes: readonly string[]): Promise<string | undefined> {
    const scheme = this.#scheme;
    if (scheme?.kind !== 'bearer') return scheme === undefined ? undefined : this.basic();
    return (this.findToken(scopes) ?? this.requestToken(scheme, scopes)).header;
  }

  /** Use what a challenge asks for from now on. One that is invalid is reported by {@link renew}. */
  learn(challenge: string): void {
    try {
      this.#scheme ??= this.parseChallenge(challenge);
    } catch (error) {
      if (!(error instanceof InvalidResponseError)) throw error;
    }
  }

  /**
   * Another header, after one was refused.
   * @param challenge of the response
   * @param refused the header of that request
   */
  async renew(challenge: string, scopes: readonly string[], refused: string | undefined): Promise<string | undefined> {
    const scheme = this.parseChallenge(challenge);
    if (scheme === undefined) return undefined;
    this.#scheme = scheme;
    if (scheme.kind === 'basic') return refused === undefined ? this.basic() : undefined;
    const token = this.findToken(scopes);
    // A request at the same time may have got a new token already.
    if (token !== undefined) {
      const header = await token.header;
      if (header !== refused) return header;
      this.forget(token);
    }
    return (this.findToken(scopes) ?? this.requestToken(scheme, scopes)).header;
  }

  private basic(): string | undefined {
    const { credentials } = this.#options;
    return credentials !== undefined && 'username' in credentials ? basicAuthorization(credentials) : undefined;
  }

  /** A token if the registry offers one, as docker prefers, otherwise the password. */
  private parseChallenge(header: string): Scheme | undefined {
    const challenges = parseChallenges(header);
    const parameters = challenges.find(({ scheme }) => scheme === 'bearer')?.parameters;
    if (parameters === undefined)
      return challenges.some(({ scheme }) => scheme === 'basic') ? { kind: 'basic' } : undefined;
    const address = parameters.get('realm') ?? '';
    const realm = URL.canParse(address) ? new URL(address) : undefined;
    const { name } = this.#options;
    if (realm === undefined || !['https:', 'http:'].includes(realm.protocol))
      throw new InvalidResponseError(name, 'the address for tokens (the realm of its challenge) is invalid');
    if (realm.protocol !== 'https:' && !isLoopback(realm.host))
      throw new InvalidResponseError(
        name,
        `it issues tokens at ${realm.origin}, to which the login would be sent unencrypted`,
      );
    return { kind: 'bearer', realm, service: parameters.get('service') ?? '' };
  }

  /** A token that allows all of it: one for pushing also pulls. */
  private findToken(scopes: readonly string[]): Token | undefined {
    const covers = (token: Token) =>
      scopes.length === 0
        ? token.scopes.length === 0
        : scopes.every((scope) => token.scopes.includes(scope) || token.scopes.includes(`${scope},push`));
    const now = performance.now();
    return this.#tokens.find((token) => token.expires > now && covers(token));
  }

  private forget(token: Token): void {
    const index = this.#tokens.indexOf(token);
    if (index >= 0) this.#tokens.splice(index, 1);
  }

  private requestToken(scheme: Scheme & { kind: 'bearer' }, scopes: readonly string[]): Token {
    const token: Token = { scopes, header: Promise.resolve(''), expires: Number.POSITIVE_INFINITY };
    token.header = this.fetchToken(scheme, scopes).then(
      ({ value, seconds }) => {
        token.expires = performance.now() + seconds * 900;
        return `Bearer ${value}`;
      },
      (error: unknown) => {
        this.forget(token);
        throw error;
      },
    );
    this.#tokens.push(token);
    return token;
  }

  private async fetchToken(
    { realm, service }: Scheme & { kind: 'bearer' },
    scopes: readonly string[],
  ): Promise<{ value: string; seconds: number }> {
    const { limits, connections } = this.#options;
    const transport = { connections, server: `the registry ${realm.host}` };
    const response = await sendRequest(this.tokenRequest(realm, service, scopes), limits, transport);
    if (response.status !== 200) throw new RegistryResponseError(`the login at ${realm.host}`, response);
    const text = response.body.toString('utf8');
    const problem = jsonProblem(text);
    if (problem !== undefined) throw new BrokenResponseError(transport.server, problem, 'the token');
    const body = ResponseData.json(text, transport.server, 'the token');
    // Docker also ignores an empty `token`.
    const token = body.at('token').value ? body.at('token') : body.at('access_token');
    const seconds = Number(body.at('expires_in').value ?? DEFAULT_TOKEN_SECONDS);
    return { value: token.parsed(parseToken), seconds: seconds > 0 ? seconds : DEFAULT_TOKEN_SECONDS };
  }

  private tokenRequest(realm: URL, service: string, scopes: readonly string[]): RegistryRequest {
    const { credentials } = this.#options;
    if (credentials === undefined || 'username' in credentials) {
      const url = new URL(realm);
      url.searchParams.set('service', service);
      for (const scope of scopes) url.searchParams.append('scope', scope);
      return { url: url.href, authorization: this.basic() };
    }
    const form = new URLSearchParams({
      service,
      ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
      grant_type: 'refresh_token',
      refresh_token: credentials.identityToken,
      client_id: 'gitops-actions',
    });
    return {
      url: realm.href,
      method: 'POST',
      authorization: undefined,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    };
  }
}

/** What a header can contain (RFC 6750, section 2.1, and RFC 9110, section 5.5); errors never show the token. */
const parseToken = (text: string): Parsed<string> =>
  /^[ -~]+$/.test(text) ? { value: text } : { problem: 'is empty or has invalid characters' };

const basicAuthorization = ({ username, password }: { username: string; password: string }): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
