import { ActionError } from '../../../../lib/errors.ts';
import { InvalidResponseError } from '../../../../lib/requests/responses.ts';
import { isConnectionError, type RetryDecision, retryAfterSeconds } from '../../../../lib/requests/retry.ts';
import { type FailureKind, nextStep, ToolError } from '../../buildx/tool-error.ts';
import type { RegistryResponse } from './registry-request.ts';

/** What an upload that the registry has lost, or a blob that is not visible yet, is called. */
const LOST_CODES = new Set(['BLOB_UPLOAD_UNKNOWN', 'BLOB_UNKNOWN', 'MANIFEST_BLOB_UNKNOWN']);
const REFUSED_CODES = new Set(['DENIED', 'UNAUTHORIZED', 'FORBIDDEN']);

/** A response of a registry with an unexpected status. The status decides what it means, then the code in its body. */
export class RegistryResponseError extends Error {
  override name = 'RegistryResponseError';
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: number | undefined;

  readonly #isOutdated: boolean;

  /** @param isOutdated whether the login may have expired during the request, which could not be repeated by itself */
  constructor(
    what: string,
    { status, headers, body }: Pick<RegistryResponse, 'status' | 'headers' | 'body'>,
    isOutdated = false,
  ) {
    const { code, message } = parseErrorBody(body);
    const details = [code, message].filter((text) => text !== undefined && text !== '').join(': ');
    super(`${what}: the registry responded with ${statusText(status)}${details === '' ? '' : ` (${details})`}`);
    this.status = status;
    this.code = code;
    this.#isOutdated = isOutdated;
    this.retryAfter = retryAfterSeconds(headers['retry-after']);
  }

  get kind(): FailureKind {
    if (this.status === 429 || this.status >= 500) return 'transient';
    if (this.status === 401 || this.status === 403 || REFUSED_CODES.has(this.code ?? '')) return 'refused';
    return this.status === 404 && !this.isLost ? 'missing' : 'final';
  }

  get isRefused(): boolean {
    return this.kind === 'refused';
  }

  /** Whether the registry does not know an upload, a blob that it has just received, or a login that it gave. Once that is worth a retry. */
  get isLost(): boolean {
    return this.#isOutdated || LOST_CODES.has(this.code ?? '');
  }
}

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  429: 'Too Many Requests',
};
const statusText = (status: number): string => `${status} ${STATUS_TEXTS[status] ?? ''}`.trimEnd();

/** The first error of the standard body: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
function parseErrorBody(body: Buffer): { code?: string; message?: string } {
  try {
    const { errors } = JSON.parse(body.toString('utf8')) as { errors?: { code?: unknown; message?: unknown }[] };
    const [first] = Array.isArray(errors) ? errors : [];
    return {
      ...(typeof first?.code === 'string' ? { code: oneLine(first.code) } : {}),
      ...(typeof first?.message === 'string' ? { message: oneLine(first.message) } : {}),
    };
  } catch {
    // A proxy responds with a page of its own.
    return {};
  }
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, 300);

/** Whether to repeat a request. An upload that was lost, and an unknown host, count as broken connections. */
export function classifyRegistryError(error: unknown, attempt: number): RetryDecision {
  if (!(error instanceof RegistryResponseError)) return { retry: isConnectionError(error) || isUnknownHost(error) };
  if (error.isLost) return { retry: attempt === 1 };
  if (error.kind !== 'transient') return { retry: false };
  return error.retryAfter === undefined ? { retry: true } : { retry: true, afterSeconds: error.retryAfter };
}

/** A name server that restarts responds so, too. */
const isUnknownHost = (error: unknown): boolean => (error as { code?: unknown }).code === 'ENOTFOUND';

/**
 * The error for the user.
 * @param what failed: "reading ghcr.io/org/web:1.4"
 */
export function toToolError(error: unknown, what: string, host: string): unknown {
  if (error instanceof ToolError) return error;
  if (error instanceof InvalidResponseError)
    return new ToolError('final', { what, why: error.message, next: error.next, cause: error });
  // Any other error of ours, or a bug.
  if (error instanceof ActionError) return error;
  const kind = kindOf(error);
  if (kind === undefined) return error;
  return new ToolError(kind, { what, why: (error as Error).message, next: nextStep(kind, host), cause: error });
}

function kindOf(error: unknown): FailureKind | undefined {
  if (error instanceof RegistryResponseError) return error.kind;
  return isConnectionError(error) || isUnknownHost(error) ? 'transient' : undefined;
}
