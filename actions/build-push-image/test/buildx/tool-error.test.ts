import { describe, expect, it } from '@jest/globals';
import {
  classifyToolError,
  createToolErrorClassifier,
  type FailureKind,
  nextStep,
  parseFailure,
  ToolError,
} from '../../src/buildx/tool-error.ts';

/** Error lines as buildx 0.38 with BuildKit 0.34 and a registry of distribution 2.8 print them, and those of other registries. */
const LINES: [FailureKind, string][] = [
  ['missing', 'localhost:5911/shop/web:nope: not found'],
  ['missing', 'ghcr.io/org/web@sha256:1111111111111111111111111111111111111111111111111111111111111111: not found'],
  [
    'final',
    'error getting credentials - err: exec: "docker-credential-desktop": executable file not found in $PATH, out: ``',
  ],
  [
    'final',
    'failed to build: failed to solve: failed to compute cache key: failed to calculate checksum of ref abc::def: "/hello": not found',
  ],
  [
    'final',
    'failed to build: failed to solve: process "/bin/sh -c curl https://x || exit 1" did not complete successfully: exit code: 1',
  ],
  [
    'final',
    'failed to build: failed to solve: process "/bin/sh -c echo connection reset by peer; false" did not complete successfully: exit code: 1',
  ],
  ['final', 'failed to build: failed to solve: dockerfile parse error on line 3: unknown instruction: RUNN'],
  [
    'refused',
    'failed to build: failed to solve: failed to push localhost:5911/shop/web: failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://auth.example/token: 401 Unauthorized',
  ],
  [
    'refused',
    'failed to build: failed to solve: failed to push localhost:5911/web: push access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials',
  ],
  ['refused', 'unexpected status from HEAD request to https://ghcr.io/v2/org/web/manifests/sha-1: 403 Forbidden'],
  [
    'refused',
    'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
  ],
  [
    'transient',
    'failed to build: failed to solve: failed to push localhost:5999/x: failed to do request: Head "http://localhost:5999/v2/x/blobs/sha256:36": dial tcp 127.0.0.1:5999: connect: connection refused',
  ],
  [
    'transient',
    'failed to build: failed to solve: failed to push ghcr.io/o/x: failed to do request: Put "https://ghcr.io/v2/": read tcp 10.0.0.1:1->1.1.1.1:443: read: connection reset by peer',
  ],
  [
    'transient',
    'failed to build: failed to solve: failed to push ghcr.io/o/x: failed to do request: Put "https://ghcr.io/v2/": EOF',
  ],
  [
    'transient',
    'failed to build: failed to solve: failed to push ghcr.io/o/x: unexpected status from PUT request to https://ghcr.io/v2/o/x/manifests/1: 503 Service Unavailable',
  ],
  [
    'transient',
    'failed to build: failed to solve: node:24: failed to resolve source metadata for docker.io/library/node:24: unexpected status from HEAD request to https://registry-1.docker.io/v2/library/node/manifests/24: 429 Too Many Requests',
  ],
  ['transient', 'failed to do request: Head "https://ghcr.io/v2/": net/http: TLS handshake timeout'],
  ['transient', 'failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF'],
  ['final', 'unexpected status from PUT request to https://ghcr.io/v2/o/x/manifests/1: 400 Bad Request'],
  ['builder', 'failed to build: Attestation is not supported for the docker driver.'],
  ['builder', 'no builder "nope" found'],
  [
    'cache',
    'failed to build: failed to solve: failed to configure gha cache exporter: invalid token without expiration time',
  ],
  [
    'builder',
    'failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct and if the daemon is running: dial unix /var/run/docker.sock: connect: no such file or directory',
  ],
  [
    'builder',
    'failed to build: push-by-digest is currently not implemented for docker driver, please create a new builder instance',
  ],
];

describe('an error of buildx', () => {
  it.each([
    "unknown flag: --progress\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun 'docker --help' for more information",
    "docker: 'buildx' is not a docker command.\nSee 'docker --help'",
    'docker: unknown command: docker buildx\n',
  ])('can mean that it is not installed: %j', (stderr) => {
    expect(parseFailure(stderr)).toEqual({ kind: 'builder', message: 'docker has no buildx plugin' });
  });

  it('about an argument does not', () => {
    expect(parseFailure('unknown flag: --foo\n\nUsage:  docker buildx build [OPTIONS] PATH\n').kind).toBe('final');
  });

  it.each(LINES)('is %s: %s', (kind, line) => {
    expect(parseFailure(`#5 ERROR: something before\n------\nERROR: ${line}\n`)).toEqual({ kind, message: line });
  });

  it('is classified by its last line, not by the output of a step', () => {
    const log =
      '#5 0.1 ERROR: read: connection reset by peer\nERROR: failed to build: failed to solve: process "x" did not complete successfully: exit code: 1';
    expect(parseFailure(log).kind).toBe('final');
  });

  it('is the last lines when there is no error line', () => {
    expect(parseFailure('one\ntwo: connection reset\n')).toEqual({
      kind: 'final',
      message: 'one\ntwo: connection reset',
    });
    expect(parseFailure('').message).toBe('it printed no error');
  });

  it.each<[FailureKind, boolean]>([
    ['transient', true],
    ['refused', false],
    ['missing', false],
    ['builder', false],
    ['cache', false],
    ['final', false],
  ])('that is %s is retried: %s', (kind, retry) => {
    expect(classifyToolError(new ToolError(kind, { what: 'a', why: 'b', next: nextStep(kind, 'h') }))).toEqual({
      retry,
    });
  });

  it('about a lost upload is retried once', () => {
    const classify = createToolErrorClassifier();
    const error = (kind: FailureKind) => new ToolError(kind, { what: 'a', why: 'b', next: nextStep(kind, 'h') });
    expect(['lost', 'transient', 'lost'].map((kind) => classify(error(kind as FailureKind)).retry)).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('of another class is not retried', () => {
    expect(classifyToolError(new Error('x'))).toEqual({ retry: false });
  });
});
