import { ActionError } from '../errors.ts';

/** How much of a response is read, and for how long. */
export interface ResponseLimits {
  bytes: number;
  /** From the request to the last byte. */
  seconds: number;
}

/**
 * A server or a tool responded with something invalid. Nothing of the response is shown, in the message or as a cause: it can contain a token
 * or a password, and a parser's own message quotes what it cannot parse.
 */
export class InvalidResponseError extends ActionError {
  override name = 'InvalidResponseError';

  /**
   * @param from the sender, as a noun phrase: "the registry ghcr.io"
   * @param problem what is wrong, and where: "in the list of tags, `tags` is a string, not a list"
   */
  constructor(from: string, problem: string) {
    super({
      what: `invalid response from ${from}`,
      why: problem,
      next: 'Check the address, and that no proxy responds instead. If both are right, show this message to the operators of the server.',
    });
  }
}

/**
 * A successful response without the content that it must have: the connection broke, or a proxy responded instead of the server. It is as transient
 * as a lost connection, and like {@link InvalidResponseError} shows nothing of the response.
 */
export class BrokenResponseError extends Error {
  override name = 'BrokenResponseError';
  readonly code = 'ECONNRESET';

  /**
   * @param from the sender, as a noun phrase: "the registry ghcr.io"
   * @param problem what is wrong, as a predicate: "is empty (status 200)"
   * @param subject what the response is: "the list of tags"
   */
  constructor(from: string, problem: string, subject = 'the response') {
    super(`${subject} from ${from} ${problem}`);
  }
}

/** What is wrong with a text that must be JSON, as a predicate; `undefined` when it is JSON. */
export function jsonProblem(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return notJson(text);
  }
}

/** What is wrong with a text that is not JSON, as a predicate. */
export function notJson(text: string): string {
  if (text.trim() === '') return 'is empty';
  return isHtml(text) ? 'is an HTML page' : 'is not complete JSON';
}

/** The content decides, not the content type: some servers send `text/html` with any text. */
export const isHtml = (text: string): boolean => /^\s*<(?:!doctype|html)\b/i.test(text);

/** A response that was not complete in time. Its code marks it as transient. */
export class ResponseTimeoutError extends Error {
  override name = 'ResponseTimeoutError';
  readonly code = 'ETIMEDOUT';

  constructor(from: string, seconds: number) {
    super(`${from} did not complete its response within ${seconds} s`);
  }
}

/**
 * Read the bytes of a body.
 * @param chunks a stream of Node or of `fetch`, which is closed when there are too many bytes
 * @throws {InvalidResponseError} when there are too many bytes
 */
export async function readBytes(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
  from: string,
): Promise<Buffer<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > maxBytes) throw new InvalidResponseError(from, `it is longer than ${formatBytes(maxBytes)}`);
    parts.push(chunk);
  }
  return Buffer.concat(parts, length);
}

const formatBytes = (bytes: number): string =>
  bytes >= 1024 * 1024 ? `${Math.floor(bytes / 1024 / 1024)} MiB` : `${bytes} bytes`;

type Fetch = (url: string, options?: RequestInit) => Promise<Response>;

/**
 * A `fetch` that reads each response to its end, within limits, before it returns: a response that is interrupted or never ends is a failed request.
 * A redirect is followed with the method and the body of the request, as GitHub asks for: https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects.
 * `fetch` itself would follow a 301 for POST with GET.
 * @throws {InvalidResponseError} for too many bytes or a redirect that must not be followed, {@link ResponseTimeoutError} when the time is up, and what
 *   `fetch` throws
 */
export function limitedFetch(fetch: Fetch, { bytes, seconds }: ResponseLimits): Fetch {
  return async (url, options = {}) => {
    const from = serverName(url);
    const deadline = AbortSignal.timeout(seconds * 1000);
    const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
    try {
      const response = await follow(fetch, { url, bytes, from }, { ...options, signal });
      const { status, statusText, headers, body } = response;
      const content = body === null ? null : await readBytes(body, bytes, from);
      // Such responses have no body, and `Response` refuses one.
      const complete = new Response([101, 204, 205, 304].includes(status) ? null : content, {
        status,
        statusText,
        headers,
      });
      return Object.defineProperty(complete, 'url', { value: response.url || url });
    } catch (error) {
      if (error instanceof InvalidResponseError) throw error;
      if (deadline.aborted) throw new ResponseTimeoutError(from, seconds);
      throw error;
    }
  };
}

/** The limit of `fetch`: https://fetch.spec.whatwg.org/#http-redirect-fetch */
const MAX_REDIRECTS = 20;
const REDIRECT_STATUSES = [301, 302, 307, 308];

async function follow(
  fetch: Fetch,
  { url, bytes, from }: { url: string; bytes: number; from: string },
  options: RequestInit,
): Promise<Response> {
  let address = url;
  let headers = new Headers(options.headers);
  for (let redirects = 0; ; redirects++) {
    const response = await fetch(address, { ...options, headers, redirect: 'manual' });
    const location = response.headers.get('location');
    if (!REDIRECT_STATUSES.includes(response.status) || location === null) return response;
    if (response.body !== null) await readBytes(response.body, bytes, from);
    if (redirects === MAX_REDIRECTS) throw new InvalidResponseError(from, 'it redirects in a loop');
    const target = URL.canParse(location, address) ? new URL(location, address) : undefined;
    if (target === undefined || !['https:', 'http:'].includes(target.protocol))
      throw new InvalidResponseError(from, 'it redirects to an invalid address');
    if (target.origin !== new URL(address).origin) {
      if (!['GET', 'HEAD'].includes(options.method ?? 'GET'))
        throw new InvalidResponseError(from, `it redirects to another server, ${target.origin}`);
      headers = withoutLogin(headers);
    }
    address = target.href;
  }
}

/** What `fetch` also removes for another origin: https://fetch.spec.whatwg.org/#http-redirect-fetch */
function withoutLogin(headers: Headers): Headers {
  const remaining = new Headers(headers);
  for (const name of ['authorization', 'cookie', 'proxy-authorization']) remaining.delete(name);
  return remaining;
}

/** The server at an address, for messages. */
export function serverName(address: string): string {
  return `the server ${URL.canParse(address) ? new URL(address).host : address}`;
}

/**
 * A part of a response, and where it is. Each method returns the value in its type.
 * What is not read is not checked, so servers can add to their responses.
 */
export class ResponseData {
  readonly value: unknown;
  readonly #from: string;
  readonly #subject: string;
  /** The path of this part: `tags[3]`; empty for the whole response. */
  #path = '';

  /**
   * @param from the sender, as a noun phrase: "the registry ghcr.io"
   * @param subject what the response is: "the list of tags"
   */
  constructor(value: unknown, from: string, subject: string) {
    this.value = value;
    this.#from = from;
    this.#subject = subject;
  }

  /** @throws {InvalidResponseError} when the text is not JSON */
  static json(text: string, from: string, subject: string): ResponseData {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new InvalidResponseError(from, `${subject} is not JSON`);
    }
    return new ResponseData(value, from, subject);
  }

  /** The value of a key, `undefined` when it is missing. */
  at(key: string): ResponseData {
    const record = this.object();
    const value = Object.hasOwn(record, key) ? record[key] : undefined;
    return this.#part(value, this.#path === '' ? key : `${this.#path}.${key}`);
  }

  /** This part, or `undefined` when it is missing or `null`. */
  get optional(): ResponseData | undefined {
    return this.value === undefined || this.value === null ? undefined : this;
  }

  string(): string {
    return typeof this.value === 'string' ? this.value : this.#refuse('a string');
  }

  /** A whole number that is not negative: an id, a size, a count. */
  integer(): number {
    return Number.isSafeInteger(this.value) && (this.value as number) >= 0
      ? (this.value as number)
      : this.#refuse('a whole number');
  }

  boolean(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.#refuse('true or false');
  }

  object(): Record<string, unknown> {
    return typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value)
      ? (this.value as Record<string, unknown>)
      : this.#refuse('a mapping');
  }

  /** @param maxLength of the list */
  list(maxLength = Number.POSITIVE_INFINITY): ResponseData[] {
    if (!Array.isArray(this.value)) return this.#refuse('a list');
    if (this.value.length > maxLength) return this.fail(`has ${this.value.length} items, more than ${maxLength}`);
    return this.value.map((item, index) => this.#part(item, `${this.#path}[${index}]`));
  }

  /** The parsed text. */
  parsed<T>(parse: (text: string) => { value: T } | { problem: string }): T {
    const parsed = parse(this.string());
    return 'value' in parsed ? parsed.value : this.fail(parsed.problem);
  }

  /**
   * @param problem a predicate: "is not a list"
   * @throws {InvalidResponseError} always
   */
  fail(problem: string): never {
    const where = this.#path === '' ? this.#subject : `in ${this.#subject}, \`${this.#path}\``;
    throw new InvalidResponseError(this.#from, `${where} ${problem}`);
  }

  #part(value: unknown, path: string): ResponseData {
    const part = new ResponseData(value, this.#from, this.#subject);
    part.#path = path;
    return part;
  }

  #refuse(expected: string): never {
    return this.fail(`${kindOf(this.value)}, not ${expected}`);
  }
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'is missing';
  if (value === null) return 'is null';
  if (Array.isArray(value)) return 'is a list';
  return (
    { string: 'is a string', number: 'is a number', boolean: 'is true or false', bigint: 'is a number' }[
      typeof value as string
    ] ?? 'is a mapping'
  );
}
