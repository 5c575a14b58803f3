import { ActionError, type ErrorParts } from '../../../lib/errors.ts';
import { lastLines } from '../../../lib/exec.ts';
import type { RetryDecision } from '../../../lib/retry.ts';

/**
 * What became of a call of buildx that failed.
 * `missing`: the registry says that there is no such image. `refused`: the login or its rights do not suffice. `passing`: it may work when repeated.
 * `builder`: there is no builder, or it cannot do it. `cache`: the cache cannot be written, and BuildKit refuses to build at all. `final`: everything else, a failing build step first of all.
 */
export type FailureKind = 'missing' | 'refused' | 'passing' | 'builder' | 'cache' | 'final';

export interface ToolFailure {
  kind: FailureKind;
  /** The tool's own words: its last error line, or the last lines when it has none. */
  words: string;
}

/** Read buildx's error output. Only its final error decides: what a build step printed says nothing about the registry. */
export function readFailure(stderr: string): ToolFailure {
  const errors = stderr.split(/\r?\n/).filter((line) => line.startsWith('ERROR: '));
  const last = errors.at(-1)?.slice('ERROR: '.length);
  const words = last ?? lastLines(stderr);
  if (NO_BUILDX.test(stderr)) return { kind: 'builder', words: 'docker has no buildx plugin' };
  return { kind: last === undefined ? 'final' : kindOf(last), words: words === '' ? 'it said nothing' : words };
}

function kindOf(words: string): FailureKind {
  if (/did not complete successfully/.test(words)) return 'final';
  // `ignore-error=true` holds for the export itself; a cache that cannot even be set up fails the build before it begins.
  if (/failed to configure \S+ cache exporter/.test(words)) return 'cache';
  if (BUILDER.test(words)) return 'builder';
  // `REFERENCE: not found` and nothing around it is containerd's answer to a 404; "not found" in other words can be a missing program or file.
  if (/^\S+\/\S+: not found$/.test(words)) return 'missing';
  const status = Number(/: ([45]\d\d) [A-Z]/.exec(words)?.[1] ?? 0);
  if (status === 429 || status >= 500) return 'passing';
  if (status === 401 || status === 403 || REFUSED.test(words)) return 'refused';
  if (status > 0) return 'final';
  return PASSING.test(words) ? 'passing' : 'final';
}

/** The builder that is part of the Docker daemon, which lacks what is needed; no daemon; no such builder. */
const BUILDER = /docker driver|cannot connect to the docker daemon|failed to connect to the docker API|^no builder "/i;

/** How a docker client without the plugin answers: it takes `buildx` for a word it does not know, and shows its own usage. */
const NO_BUILDX = /is not a docker command|unknown command: docker buildx|^Usage: {2}docker \[OPTIONS\] COMMAND/m;

const REFUSED =
  /insufficient_scope|authorization failed|no basic auth credentials|authentication required|access denied|access to the resource is denied|denied: |unauthorized/i;

/** How Go's network code and gRPC say that a connection broke or could not be made in time. */
const PASSING =
  /toomanyrequests|connection (?:reset|refused)|broken pipe|\bEOF\b|i\/o timeout|TLS handshake timeout|deadline exceeded|server closed|connection timed out|network is unreachable|temporary failure in name resolution|server misbehaving|code = Unavailable|http2: /i;

/** A failed call of buildx, with its kind so that the caller can decide what it means. */
export class ToolError extends ActionError {
  override name = 'ToolError';
  readonly kind: FailureKind;

  constructor(kind: FailureKind, parts: ErrorParts) {
    super(parts);
    this.kind = kind;
  }
}

export function classifyTool(error: unknown): RetryDecision {
  return { retry: error instanceof ToolError && error.kind === 'passing' };
}

/** What to do about a failure, by its kind. */
export function nextStep(kind: FailureKind, host: string): string {
  switch (kind) {
    case 'refused':
      return `Check that the login to ${host} may do this: \`username\` and \`password\` (for a source of promotion \`promote-username\` and \`promote-password\`), or a login step before this one. For ghcr.io with the job's token the job needs \`permissions: { packages: write }\`. Some registries also answer so when the repository does not exist.`;
    case 'missing':
      return 'Check the name of the image and that it was pushed.';
    case 'passing':
      return 'It was repeated and failed each time. Run the job again when the registry is well; what is done already is not done twice.';
    case 'builder':
      return 'Put a step with docker/setup-buildx-action before this one, and check the input `builder`. The default builder, part of the Docker daemon, has no attestations and no push by digest.';
    case 'cache':
      return "Check the input `cache`: `gha` works on GitHub's runners, `registry` needs the right to push.";
    case 'final':
      return 'Correct what the message names and run the job again.';
  }
}
