import type { Actor } from '../accounts.ts';
import type { Core } from '../core.ts';
import { ApiError } from '../errors.ts';
import type { GitRepository } from '../git/repository.ts';
import type { Upload } from '../http/upload.ts';
import type { RepositoryCall } from '../repository-call.ts';
import type { Repository } from '../store/types.ts';
import type { OperationId } from './operations.ts';

export interface Reply {
  status: number;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as they are, in another media type. */
  bytes?: Buffer;
  headers?: Record<string, string>;
}

interface CallParts {
  core: Core;
  actor: Actor | null;
  repository: Repository | undefined;
  params: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
  /** The body, when it is a file. */
  upload: Upload | undefined;
  contentType: string;
  accept: string;
  url: URL;
}

/** One call of an operation that is permitted and matches GitHub's description. */
export class Call implements RepositoryCall {
  readonly core: Core;
  readonly params: Record<string, string>;
  readonly query: Record<string, unknown>;
  readonly upload: Upload | undefined;
  readonly contentType: string;
  readonly accept: string;
  readonly url: URL;
  readonly caller: Actor | null;
  readonly #repository: Repository | undefined;
  readonly #body: unknown;

  constructor(parts: CallParts) {
    this.core = parts.core;
    this.caller = parts.actor;
    this.#repository = parts.repository;
    this.params = parts.params;
    this.query = parts.query;
    this.#body = parts.body;
    this.upload = parts.upload;
    this.contentType = parts.contentType;
    this.accept = parts.accept;
    this.url = parts.url;
  }

  /** @throws ApiError 401 without a token */
  get actor(): Actor {
    if (!this.caller) throw new ApiError(401, 'Requires authentication');
    return this.caller;
  }

  get repository(): Repository {
    if (!this.#repository) throw new Error('the operation has no repository');
    return this.#repository;
  }

  /** Whether the caller asks for a media type of GitHub's, such as `raw`. */
  wants(type: 'raw' | 'diff' | 'patch'): boolean {
    return new RegExp(`application/vnd\\.github\\.(?:v3\\.)?${type}\\b`).test(this.accept);
  }

  get hasRepository(): boolean {
    return this.#repository !== undefined;
  }

  get git(): GitRepository {
    return this.core.git(this.repository);
  }

  /** The body, which matches its description. */
  body<T>(): T {
    return (this.#body ?? {}) as T;
  }

  /** A path parameter. */
  param(name: string): string {
    return String(this.params[name] ?? '');
  }

  number(name: string): number {
    return Number(this.params[name]);
  }

  queryText(name: string): string | undefined {
    const value = this.query[name];
    return value === undefined ? undefined : String(value);
  }

  get #pageSize(): number {
    return Math.min(Math.max(Number(this.query.per_page ?? 30), 1), 100);
  }

  get #pageNumber(): number {
    return Math.max(Number(this.query.page ?? 1), 1);
  }

  /** How many items precede the requested page. */
  get offset(): number {
    return (this.#pageNumber - 1) * this.#pageSize;
  }

  /** One page of a list, with GitHub's `Link` header. */
  page<T>(items: readonly T[]): { items: T[]; headers: Record<string, string> } {
    const size = this.#pageSize;
    const page = this.#pageNumber;
    const last = Math.max(Math.ceil(items.length / size), 1);
    const link = (number: number, rel: string): string => {
      const url = new URL(this.url);
      url.searchParams.set('page', String(number));
      return `<${url.href}>; rel="${rel}"`;
    };
    const links = [
      ...(page > 1 ? [link(page - 1, 'prev'), link(1, 'first')] : []),
      ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
    ];
    return {
      items: items.slice(this.offset, this.offset + size),
      headers: links.length > 0 ? { link: links.join(', ') } : {},
    };
  }

  /** Responds with one page of a list. */
  async list<T>(items: readonly T[], present: (item: T) => unknown): Promise<Reply> {
    const { items: onPage, headers } = this.page(items);
    return { status: 200, body: await Promise.all(onPage.map(present)), headers };
  }

  /** Responds with one page and the total count, as the lists of Actions do. */
  async countedList<T>(items: readonly T[], name: string, present: (item: T) => unknown): Promise<Reply> {
    const { items: onPage, headers } = this.page(items);
    return {
      status: 200,
      body: { total_count: items.length, [name]: await Promise.all(onPage.map(present)) },
      headers,
    };
  }
}

export type Handler = (call: Call) => Reply | Promise<Reply>;
export type Handlers = Partial<Record<OperationId, Handler>>;

/** https://docs.github.com/rest/using-the-rest-api/getting-started-with-the-rest-api#media-types */
export function media(type: 'raw' | 'diff' | 'patch', bytes: Buffer): Reply {
  return { status: 200, bytes, headers: { 'content-type': `application/vnd.github.${type}; charset=utf-8` } };
}

export function ok(body: unknown): Reply {
  return { status: 200, body };
}

/** With the address of what was created. */
export function created(body: Record<string, unknown>): Reply {
  const { url } = body;
  return { status: 201, body, ...(typeof url === 'string' ? { headers: { location: url } } : {}) };
}

export const NO_CONTENT: Reply = { status: 204 };
