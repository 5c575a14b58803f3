import { ActionError } from './errors.ts';

/** How much of an answer is read, and for how long. */
export interface ResponseLimits {
  bytes: number;
  /** From the request to the last byte. */
  seconds: number;
}

/**
 * A server or a tool answered something else than it must. Nothing of the answer is shown, in the message or as a cause: it may hold a token
 * or a password, and a parser's own message quotes what it cannot read.
 */
export class InvalidResponseError extends ActionError {
  override name = 'InvalidResponseError';

  /**
   * @param from who answered, as a noun phrase: "the registry ghcr.io"
   * @param problem what is wrong, with its place: "in the list of tags, `tags` is a text and not a list"
   */
  constructor(from: string, problem: string) {
    super({
      what: `${from} gave an unusable answer`,
      why: problem,
      next: 'Check the address, and that no proxy answers in its place. If both are right, show this message to those who run it.',
    });
  }
}

/** An answer that was not complete in time. Its code lets it be seen as what it is: a failure that may pass. */
export class ResponseTimeoutError extends Error {
  override name = 'ResponseTimeoutError';
  readonly code = 'ETIMEDOUT';

  constructor(from: string, seconds: number) {
    super(`${from} did not complete its answer within ${seconds} s`);
  }
}

/**
 * The bytes of a body.
 * @param chunks a stream of Node or of `fetch`; it is ended when there are too many bytes
 * @throws {InvalidResponseError} for more than so many bytes
 */
export async function readBytes(
  chunks: AsyncIterable<Uint8Array>,
  bytes: number,
  from: string,
): Promise<Buffer<ArrayBuffer>> {
  const read: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > bytes) throw new InvalidResponseError(from, `it is longer than ${sizeText(bytes)}`);
    read.push(chunk);
  }
  return Buffer.concat(read, length);
}

const sizeText = (bytes: number): string =>
  bytes >= 1024 * 1024 ? `${Math.floor(bytes / 1024 / 1024)} MiB` : `${bytes} bytes`;

type Fetch = (url: string, options?: RequestInit) => Promise<Response>;

/**
 * A `fetch` whose answers are read to their end, within limits, before they are given: an answer that breaks off or never ends is a failed request.
 * @throws {InvalidResponseError} for too many bytes, {@link ResponseTimeoutError} when the time is up, and what `fetch` throws
 */
export function limitedFetch(fetch: Fetch, { bytes, seconds }: ResponseLimits): Fetch {
  return async (url, options = {}) => {
    const from = serverName(url);
    const deadline = AbortSignal.timeout(seconds * 1000);
    const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
    try {
      const response = await fetch(url, { ...options, signal });
      const { status, statusText, headers, body } = response;
      const read = body === null ? null : await readBytes(body, bytes, from);
      // A body is no part of such answers, and `Response` refuses one.
      const whole = new Response([101, 204, 205, 304].includes(status) ? null : read, { status, statusText, headers });
      return Object.defineProperty(whole, 'url', { value: response.url || url });
    } catch (error) {
      if (error instanceof InvalidResponseError) throw error;
      if (deadline.aborted) throw new ResponseTimeoutError(from, seconds);
      throw isRedirectLoop(error) ? new InvalidResponseError(from, 'it redirects in a circle') : error;
    }
  };
}

/** What `fetch` throws after its twentieth redirect: https://fetch.spec.whatwg.org/#http-redirect-fetch */
const isRedirectLoop = (error: unknown): boolean =>
  ((error as { cause?: { message?: unknown } }).cause?.message ?? '') === 'redirect count exceeded';

/** How messages call the server at an address. */
export function serverName(address: string): string {
  return `the server ${URL.canParse(address) ? new URL(address).host : address}`;
}

/**
 * A part of an answer, with its place. A reader gives the value in the type that is asked for.
 * What is not asked for is not looked at, so servers may add to their answers.
 */
export class ResponseData {
  readonly value: unknown;
  readonly #from: string;
  readonly #subject: string;
  /** Of this part in the whole: `tags[3]`; empty for the whole. */
  #place = '';

  /**
   * @param from who answered, as a noun phrase: "the registry ghcr.io"
   * @param subject what the answer is: "the list of tags"
   */
  constructor(value: unknown, from: string, subject: string) {
    this.value = value;
    this.#from = from;
    this.#subject = subject;
  }

  /** @throws {InvalidResponseError} when the text is no JSON */
  static json(text: string, from: string, subject: string): ResponseData {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new InvalidResponseError(from, `${subject} is not JSON`);
    }
    return new ResponseData(value, from, subject);
  }

  /** The part of that name; a mapping that lacks it has `undefined` there. */
  at(key: string): ResponseData {
    const record = this.object();
    const value = Object.hasOwn(record, key) ? record[key] : undefined;
    return this.#part(value, this.#place === '' ? key : `${this.#place}.${key}`);
  }

  /** This part, or `undefined` where the answer has nothing or `null`. */
  get optional(): ResponseData | undefined {
    return this.value === undefined || this.value === null ? undefined : this;
  }

  string(): string {
    return typeof this.value === 'string' ? this.value : this.#refuse('a text');
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

  /** @param most so many items at most */
  list(most = Number.POSITIVE_INFINITY): ResponseData[] {
    if (!Array.isArray(this.value)) return this.#refuse('a list');
    if (this.value.length > most) return this.fail(`has ${this.value.length} items, more than ${most}`);
    return this.value.map((item, index) => this.#part(item, `${this.#place}[${index}]`));
  }

  /** The text through a parser. */
  parsed<T>(parse: (text: string) => { value: T } | { problem: string }): T {
    const parsed = parse(this.string());
    return 'value' in parsed ? parsed.value : this.fail(parsed.problem);
  }

  /**
   * @param problem a predicate: "is not a list"
   * @throws {InvalidResponseError} always
   */
  fail(problem: string): never {
    const place = this.#place === '' ? this.#subject : `in ${this.#subject}, \`${this.#place}\``;
    throw new InvalidResponseError(this.#from, `${place} ${problem}`);
  }

  #part(value: unknown, place: string): ResponseData {
    const part = new ResponseData(value, this.#from, this.#subject);
    part.#place = place;
    return part;
  }

  #refuse(wanted: string): never {
    return this.fail(`${kindOf(this.value)}, not ${wanted}`);
  }
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'is missing';
  if (value === null) return 'is null';
  if (Array.isArray(value)) return 'is a list';
  return (
    { string: 'is a text', number: 'is a number', boolean: 'is true or false', bigint: 'is a number' }[
      typeof value as string
    ] ?? 'is a mapping'
  );
}
