import { ActionError, type ErrorParts } from '../../../lib/errors.ts';
import { lastLines } from '../../../lib/processes/exec.ts';
import type { RetryDecision } from '../../../lib/requests/retry.ts';

/**
 * Why a call of buildx failed.
 * - `missing`: the registry reports that the image does not exist.
 * - `refused`: the login is invalid or lacks a permission.
 * - `transient`: a retry may succeed.
 * - `lost`: the registry lost an uploaded layer; one retry uploads it again.
 * - `builder`: the builder does not exist, or does not support the build.
 * - `cache`: the cache cannot be written, or a layer in it can no longer be read, and BuildKit refuses to build.
 * - `final`: any other failure, usually of a build step.
 */
export type FailureKind = 'missing' | 'refused' | 'transient' | 'lost' | 'builder' | 'cache' | 'final';

export interface ToolFailure {
  kind: FailureKind;
  /** The tool's own message: its last error line, or the last lines when it has none. */
  message: string;
}

/**
 * Parse buildx's error output. Only its final error counts, and what BuildKit itself wrote about the request that failed: the output of a
 * build step says nothing about the registry.
 */
export function parseFailure(stderr: string): ToolFailure {
  if (NO_BUILDX.test(stderr)) return { kind: 'builder', message: 'docker has no buildx plugin' };
  const error = findError(stderr);
  if (error === undefined) return { kind: 'final', message: lastLines(stderr) || 'it printed no error' };
  if (findStatus(error) !== undefined || !isRegistryError(error))
    return { kind: classifyMessage(error), message: error };
  const status = findLoggedStatus(stderr);
  return status === undefined
    ? { kind: classifyMessage(error), message: error }
    : { kind: classifyMessage(error, status.code), message: `${error} (${status.text})` };
}

/** The last line that begins with `ERROR: ` and the lines after it, up to a blank one: an error of a server can have several lines. */
function findError(stderr: string): string | undefined {
  const lines = stderr.split(/\r?\n/);
  const start = lines.findLastIndex((line) => line.startsWith('ERROR: '));
  if (start < 0) return undefined;
  const end = lines.findIndex((line, index) => index > start && line.trim() === '');
  return lines
    .slice(start, end < 0 ? undefined : end)
    .join('\n')
    .slice('ERROR: '.length);
}

/**
 * The error is about a request to a registry, and does not come from a Dockerfile or a build step.
 * https://github.com/moby/buildkit/blob/v0.34.2/util/push/push.go and core/remotes/docker of containerd 2.4
 */
const isRegistryError = (message: string): boolean =>
  !isSourceError(message) &&
  /failed to (?:push|copy|fetch|authorize|do request|resolve source metadata)\b|failed commit on ref/.test(message);

const isSourceError = (message: string): boolean =>
  /did not complete successfully|parse error|failed to parse|failed to read dockerfile/.test(message);

interface Status {
  code: number;
  /** With its reason: `503 Service Unavailable`. */
  text: string;
}

/** containerd's words for a response (core/remotes/errors), those of its earlier versions, and those of the client for Azure's storage. */
const STATUS = /(?:unexpected (?:HTTP )?status\b.*?|^RESPONSE \d+): ([45]\d\d\b.*?)\.?$/m;

function findStatus(text: string): Status | undefined {
  const found = STATUS.exec(text)?.[1] ?? /: ([45]\d\d [A-Z].*)/.exec(text)?.[1];
  return found === undefined ? undefined : { code: Number.parseInt(found, 10), text: found.trim() };
}

/**
 * The status that BuildKit logged for the failed step when it repeated the request. For a response with the standard JSON body its error contains
 * only the code of that body: containerd joins the two (`unexpectedResponseErr` in core/remotes/docker/errcode.go), gRPC keeps the last one.
 */
function findLoggedStatus(log: string): Status | undefined {
  const step = [...log.matchAll(/^#(\d+) ERROR: /gm)].at(-1)?.[1];
  if (step === undefined) return undefined;
  const logged = [...log.matchAll(new RegExp(`^#${step} [\\d.]+ error: (.*)$`, 'gm'))].at(-1)?.[1];
  return logged === undefined ? undefined : findStatus(logged);
}

function classifyMessage(message: string, loggedStatus?: number): FailureKind {
  if (isSourceError(message)) return 'final';
  // `ignore-error=true` covers only the export; a cache that cannot be configured fails the build before it starts.
  if (/failed to configure \S+ cache exporter/.test(message) || EXPIRED_CACHE.test(message)) return 'cache';
  if (BUILDER.test(message)) return 'builder';
  // `REFERENCE: not found` alone is containerd's error for a 404; other messages with "not found" can be about a missing program or file.
  if (/^\S+\/\S+: not found$/.test(message)) return 'missing';
  const status = loggedStatus ?? findStatus(message)?.code;
  if (status !== undefined) return classifyStatus(status, message);
  if (LOST.test(message)) return 'lost';
  if (REFUSED.test(message)) return 'refused';
  return TRANSIENT.test(message) || isTransientCode(message) ? 'transient' : 'final';
}

function classifyStatus(status: number, message: string): FailureKind {
  if (status === 408 || status === 429 || status >= 500) return 'transient';
  if (status === 401 || status === 403) return 'refused';
  return status === 404 && LOST.test(message) ? 'lost' : 'final';
}

/** A layer of the cache of GitHub Actions is read when it is pushed, by a signed link that expires: https://github.com/docker/build-push-action/issues/1371 */
const EXPIRED_CACHE =
  /actions-cache[\s\S]*(?:AuthenticationFailed|Server failed to authenticate)|(?:AuthenticationFailed|Server failed to authenticate)[\s\S]*actions-cache/;

/** The builder of the Docker daemon, which lacks features; no daemon; a builder that does not exist. */
const BUILDER = /docker driver|cannot connect to the docker daemon|failed to connect to the docker API|^no builder "/i;

/** What a docker client without the plugin prints: it treats `buildx` as an unknown command and shows its own usage. */
const NO_BUILDX = /is not a docker command|unknown command: docker buildx|^Usage: {2}docker \[OPTIONS\] COMMAND/m;

/** BLOB_UNKNOWN and BLOB_UPLOAD_UNKNOWN: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes */
const LOST = /\bblob (?:upload )?(?:unknown|invalid)\b|\bunknown blob\b/i;

const REFUSED =
  /insufficient_scope|authorization failed|no basic auth credentials|authentication required|access denied|access to the resource is denied|: denied(?:$|: )|^denied: |permission_denied|unauthorized|: unknown: .*(?:forbidden|not authorized|not allowed|permission)/im;

/**
 * The codes of a JSON body as containerd prints them, with the words that mean a failure of the server. It prints every code that it does not know
 * as `unknown: MESSAGE`.
 */
const isTransientCode = (message: string): boolean =>
  isRegistryError(message) &&
  /: (?:unavailable|unknown)$|: unavailable: |: toomanyrequests\b|: unknown: .*(?:unknown error|internal (?:server )?error|unavailable|bad gateway|time-?out|try again)/im.test(
    message,
  );

/** The errors of Go's network code and of gRPC for a broken connection or a timeout, and those of containerd for an upload that broke off. */
const TRANSIENT = new RegExp(
  [
    'toomanyrequests',
    'connection (?:reset|refused)',
    'broken pipe',
    'closed pipe',
    'use of closed network connection',
    // An end of the data that BuildKit read from a file is a fault of the file.
    '(?:failed to (?:push|copy|fetch|do request|receive status)|httpReadSeeker|error reading).*\\bEOF\\b',
    'i/o timeout',
    'TLS handshake timeout',
    'bad record MAC',
    'deadline exceeded',
    'Client\\.Timeout',
    'timeout awaiting response headers',
    'server closed',
    'connection timed out',
    'network is unreachable',
    'no route to host',
    'no such host',
    'temporary failure in name resolution',
    'server misbehaving',
    'code = Unavailable',
    'http2: ',
    'stream error: stream ID',
    'failed commit on ref .*: no response',
  ].join('|'),
  'i',
);

/** A failed call of buildx, with its kind so that the caller can handle it. */
export class ToolError extends ActionError {
  override name = 'ToolError';
  readonly kind: FailureKind;

  constructor(kind: FailureKind, parts: ErrorParts) {
    super(parts);
    this.kind = kind;
  }
}

export function classifyToolError(error: unknown): RetryDecision {
  return { retry: error instanceof ToolError && error.kind === 'transient' };
}

/** Decides for all attempts of one call. A lost upload is repeated once: a registry that loses it again does so for another reason. */
export function createToolErrorClassifier(): (error: unknown) => RetryDecision {
  let lost = 0;
  return (error) =>
    error instanceof ToolError && error.kind === 'lost' ? { retry: ++lost === 1 } : classifyToolError(error);
}

/** What to do about a failure, by its kind. */
export function nextStep(kind: FailureKind, host: string): string {
  switch (kind) {
    case 'refused':
      return `Check that the login to ${host} has this permission: \`username\` and \`password\` (for a source of promotion \`promote-username\` and \`promote-password\`), or a login step before this one. For ghcr.io with the job's token, the job needs \`permissions: { packages: write }\`. Some registries return the same error when the repository does not exist.`;
    case 'missing':
      return 'Check the name of the image, and that it was pushed.';
    case 'transient':
      return 'All retries failed. Run the job again when the registry is available; finished work is not repeated.';
    case 'lost':
      return `Run the job again; ${host} lost what was uploaded. If that fails too, ask its operator.`;
    case 'builder':
      return 'Run docker/setup-buildx-action before this step, and check the input `builder`. The default builder of the Docker daemon supports neither attestations nor pushing by digest.';
    case 'cache':
      return "Check the input `cache`: `gha` works on GitHub's runners, `registry` needs permission to push.";
    case 'final':
      return 'Fix the error in the message, then run the job again.';
  }
}
