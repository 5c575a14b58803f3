import { ActionError, type ErrorParts } from '../../../lib/errors.ts';
import { lastLines } from '../../../lib/processes/exec.ts';
import type { RetryDecision } from '../../../lib/requests/retry.ts';

/**
 * Why a call of buildx failed.
 * - `missing`: the registry reports that the image does not exist.
 * - `refused`: the login is invalid or lacks a permission.
 * - `transient`: a retry may succeed.
 * - `builder`: the builder does not exist, or does not support the build.
 * - `cache`: the cache cannot be written, and BuildKit refuses to build.
 * - `final`: any other failure, usually of a build step.
 */
export type FailureKind = 'missing' | 'refused' | 'transient' | 'builder' | 'cache' | 'final';

export interface ToolFailure {
  kind: FailureKind;
  /** The tool's own message: its last error line, or the last lines when it has none. */
  message: string;
}

/** Parse buildx's error output. Only its final error counts: the output of a build step says nothing about the registry. */
export function parseFailure(stderr: string): ToolFailure {
  const errors = stderr.split(/\r?\n/).filter((line) => line.startsWith('ERROR: '));
  const last = errors.at(-1)?.slice('ERROR: '.length);
  const message = last ?? lastLines(stderr);
  if (NO_BUILDX.test(stderr)) return { kind: 'builder', message: 'docker has no buildx plugin' };
  return {
    kind: last === undefined ? 'final' : classifyMessage(last),
    message: message === '' ? 'it printed no error' : message,
  };
}

function classifyMessage(message: string): FailureKind {
  if (/did not complete successfully/.test(message)) return 'final';
  // `ignore-error=true` covers only the export; a cache that cannot be configured fails the build before it starts.
  if (/failed to configure \S+ cache exporter/.test(message)) return 'cache';
  if (BUILDER.test(message)) return 'builder';
  // `REFERENCE: not found` alone is containerd's error for a 404; other messages with "not found" can be about a missing program or file.
  if (/^\S+\/\S+: not found$/.test(message)) return 'missing';
  const status = Number(/: ([45]\d\d) [A-Z]/.exec(message)?.[1] ?? 0);
  if (status === 429 || status >= 500) return 'transient';
  if (status === 401 || status === 403 || REFUSED.test(message)) return 'refused';
  if (status > 0) return 'final';
  return TRANSIENT.test(message) ? 'transient' : 'final';
}

/** The builder of the Docker daemon, which lacks features; no daemon; a builder that does not exist. */
const BUILDER = /docker driver|cannot connect to the docker daemon|failed to connect to the docker API|^no builder "/i;

/** What a docker client without the plugin prints: it treats `buildx` as an unknown command and shows its own usage. */
const NO_BUILDX = /is not a docker command|unknown command: docker buildx|^Usage: {2}docker \[OPTIONS\] COMMAND/m;

const REFUSED =
  /insufficient_scope|authorization failed|no basic auth credentials|authentication required|access denied|access to the resource is denied|denied: |unauthorized/i;

/** The errors of Go's network code and of gRPC for a broken connection or a timeout. */
const TRANSIENT =
  /toomanyrequests|connection (?:reset|refused)|broken pipe|\bEOF\b|i\/o timeout|TLS handshake timeout|deadline exceeded|server closed|connection timed out|network is unreachable|temporary failure in name resolution|server misbehaving|code = Unavailable|http2: /i;

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

/** What to do about a failure, by its kind. */
export function nextStep(kind: FailureKind, host: string): string {
  switch (kind) {
    case 'refused':
      return `Check that the login to ${host} has this permission: \`username\` and \`password\` (for a source of promotion \`promote-username\` and \`promote-password\`), or a login step before this one. For ghcr.io with the job's token, the job needs \`permissions: { packages: write }\`. Some registries return the same error when the repository does not exist.`;
    case 'missing':
      return 'Check the name of the image, and that it was pushed.';
    case 'transient':
      return 'All retries failed. Run the job again when the registry is available; finished work is not repeated.';
    case 'builder':
      return 'Run docker/setup-buildx-action before this step, and check the input `builder`. The default builder of the Docker daemon supports neither attestations nor pushing by digest.';
    case 'cache':
      return "Check the input `cache`: `gha` works on GitHub's runners, `registry` needs permission to push.";
    case 'final':
      return 'Fix the error in the message, then run the job again.';
  }
}
