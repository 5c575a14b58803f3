import { describe, expect, it } from '@jest/globals';
import { type FailureKind, parseFailure } from '../../src/buildx/tool-error.ts';

const PUSH = 'failed to build: failed to solve: failed to push ghcr.io/acme/web: ';

/** What a failed request ends with: the kind, where the words come from, and the words. */
const ERRORS: [FailureKind, string, string][] = [
  // A broken connection, in the words of Go's network code, of containerd and of gRPC.
  ['transient', 'kaniko#3118', `${PUSH}failed to copy: stream error: stream ID 17; INTERNAL_ERROR; received from peer`],
  ['transient', 'build-push-action#761', `${PUSH}failed to copy: io: read/write on closed pipe`],
  [
    'transient',
    'build-push-action#131',
    'failed to solve: rpc error: code = Unknown desc = failed commit on ref "layer-sha256:aa": no response',
  ],
  [
    'transient',
    'net/http, a time limit of the client',
    `${PUSH}failed to do request: Head "https://ghcr.io/v2/": net/http: request canceled (Client.Timeout exceeded while awaiting headers)`,
  ],
  [
    'transient',
    'net/http, a time limit for the headers',
    `${PUSH}failed to do request: Put "https://ghcr.io/v2/": http: timeout awaiting response headers`,
  ],
  [
    'transient',
    'net, closed by this side',
    `${PUSH}failed to copy: write tcp 10.1.0.4:1->140.82.1.1:443: use of closed network connection`,
  ],
  ['transient', 'crypto/tls, a damaged record', `${PUSH}failed to copy: local error: tls: bad record MAC`],
  [
    'transient',
    'net, a name that does not resolve',
    'failed to solve: DeadlineExceeded: failed to fetch oauth token: Post "https://auth.docker.io/token": dial tcp: lookup auth.docker.io on 168.63.129.16:53: no such host',
  ],
  [
    'transient',
    'net, a name server that does not answer',
    'failed to solve: failed to do request: dial tcp: lookup ghcr.io on 127.0.0.53:53: read udp 127.0.0.1:3->127.0.0.53:53: i/o timeout',
  ],
  ['transient', 'io, the connection ended', `${PUSH}failed to copy: unexpected EOF`],
  [
    'transient',
    'build-push-action#334',
    'failed to solve: failed to fetch oauth token: Get "https://auth.docker.io/token?service=registry.docker.io": EOF',
  ],
  [
    'transient',
    'build-push-action#993',
    'failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF',
  ],
  // A status.
  [
    'transient',
    'containerd 2.4',
    `${PUSH}unexpected status from PUT request to https://ghcr.io/v2/x/blobs/upload/1: 502 Bad Gateway`,
  ],
  [
    'transient',
    'containerd 2.4, a status without a reason',
    `${PUSH}unexpected status from PUT request to https://ghcr.io/v2/x: 520`,
  ],
  [
    'transient',
    'build-push-action#239',
    'failed to solve: rpc error: code = Unknown desc = unexpected status: 502 Bad Gateway',
  ],
  [
    'transient',
    'containerd, reading a layer',
    'failed to solve: failed to compute cache key: failed to copy: httpReadSeeker: failed open: unexpected status code https://x: 503 Service Unavailable',
  ],
  [
    'transient',
    'a proxy that waited for the request',
    `${PUSH}unexpected status from PUT request to https://ghcr.io/v2/x: 408 Request Timeout`,
  ],
  [
    'final',
    'a status decides, not the words after it',
    `${PUSH}unexpected status from PUT request to https://ghcr.io/v2/x: 400 Bad Request\nunknown: i/o timeout`,
  ],
  [
    'refused',
    'a token that expired',
    'failed to solve: failed to push my.azurecr.io/web: failed to authorize: failed to fetch oauth token: unexpected status from POST request to https://my.azurecr.io/oauth2/token: 401 Unauthorized',
  ],
  // The code of a JSON body alone: core/remotes/docker/errcode.go of containerd.
  ['transient', 'UNAVAILABLE with its usual message', `${PUSH}unavailable`],
  ['transient', 'UNAVAILABLE', `${PUSH}unavailable: the storage is being moved`],
  ['transient', 'UNKNOWN with its usual message', `${PUSH}unknown`],
  ['transient', 'INTERNAL_ERROR, which containerd does not know', `${PUSH}unknown: internal server error`],
  ['transient', 'TOOMANYREQUESTS', `${PUSH}toomanyrequests: retry-after: 1ms, allowed: 44000/minute`],
  ['refused', 'DENIED with its usual message', `${PUSH}denied`],
  ['refused', 'DENIED of ghcr.io', `${PUSH}denied: permission_denied: write_package`],
  ['refused', 'FORBIDDEN, which containerd does not know', `${PUSH}unknown: forbidden for this repository`],
  ['refused', 'FORBIDDEN in other words', `${PUSH}unknown: pushing to this repository is not allowed`],
  ['refused', 'UNAUTHORIZED', `${PUSH}unauthorized`],
  ['final', 'NAME_INVALID, which containerd does not know', `${PUSH}unknown: invalid repository name`],
  // An upload that the registry no longer knows.
  [
    'lost',
    'jib#4301',
    `${PUSH}unexpected status from PUT request to https://ghcr.io/v2/acme/web/blobs/upload/1.2: 404 Not Found: blob upload unknown to registry`,
  ],
  ['lost', 'BLOB_UPLOAD_UNKNOWN', `${PUSH}unknown: blob upload unknown to registry`],
  ['lost', 'BLOB_UNKNOWN', `${PUSH}unknown: blob unknown to registry`],
  ['lost', 'moby#36823', `${PUSH}unknown blob`],
  // A link into the cache of GitHub Actions that expired.
  [
    'cache',
    'build-push-action#1371',
    `${PUSH}failed to copy: GET https://productionresultssa0.blob.core.windows.net/actions-cache/65d\n--------\nRESPONSE 403: 403 Server failed to authenticate the request.\nERROR CODE: AuthenticationFailed\n--------`,
  ],
  // Faults of the sources and of the builder.
  ['final', 'a Dockerfile', 'failed to solve: dockerfile parse error on line 3: unterminated heredoc'],
  [
    'final',
    'a Dockerfile with words of the network',
    'failed to solve: dockerfile parse error on line 3: unknown instruction: no such host',
  ],
  ['final', 'a Dockerfile that ends too early', 'failed to solve: failed to parse stage name "": unexpected EOF'],
  ['final', 'a file that ends too early', 'failed to solve: failed to load config.json: unexpected EOF'],
  [
    'final',
    'a missing base image',
    'failed to solve: ghcr.io/acme/base:1: failed to resolve source metadata for ghcr.io/acme/base:1: ghcr.io/acme/base:1: not found',
  ],
  ['final', 'a full disk', `${PUSH}failed to copy: write /var/lib/buildkit/x: no space left on device`],
  ['final', 'a cancelled build', 'failed to solve: Canceled: context canceled'],
];

describe('a failed request', () => {
  it.each(ERRORS)('is %s: %s', (kind, _source, message) => {
    expect(parseFailure(`------\nERROR: ${message}\n\nView build details: x\n`)).toEqual({ kind, message });
  });
});

/** The end of a log of BuildKit 0.34 for a push to which the registry responded with this status and the standard JSON body. */
const pushLog = (status: string, code: string): string =>
  [
    '#4 [2/2] RUN test',
    '#4 0.1 error: unexpected status from GET request to http://test: 403 Forbidden',
    '#4 DONE 0.1s',
    '#5 exporting to image',
    ...['3.195', '7.131'].flatMap((seconds) => [
      `#5 ${seconds} error: unexpected status from POST request to http://localhost:1/v2/web/blobs/uploads/: ${status}`,
      `#5 ${seconds} ${code}`,
    ]),
    '#5 pushing layers 7.1s done',
    `#5 ERROR: failed to push localhost:1/web: ${code}`,
    '------',
    ' > exporting to image:',
    `7.131 ${code}`,
    '------',
    `ERROR: failed to build: failed to solve: failed to push localhost:1/web: ${code}`,
    '',
  ].join('\n');

describe('the status that the error leaves out', () => {
  it.each<[FailureKind, string, string]>([
    ['transient', '503 Service Unavailable', 'unavailable'],
    ['transient', '500 Internal Server Error', 'unknown'],
    ['transient', '502 Bad Gateway', 'denied'],
    ['refused', '403 Forbidden', 'unknown: quarantined'],
    ['final', '400 Bad Request', 'unknown'],
    ['lost', '404 Not Found', 'unknown: blob upload unknown to registry'],
  ])('is read from the log, and decides: %s for %s with %s', (kind, status, code) => {
    expect(parseFailure(pushLog(status, code))).toEqual({
      kind,
      message: `failed to build: failed to solve: failed to push localhost:1/web: ${code} (${status})`,
    });
  });

  it('is not read from the output of a build step', () => {
    const log = [
      '#4 [2/2] RUN test',
      '#4 0.1 error: unexpected status from GET request to http://test: 503 Service Unavailable',
      '#4 ERROR: process "test" did not complete successfully: exit code: 1',
      'ERROR: failed to build: failed to solve: process "test" did not complete successfully: exit code: 1',
    ].join('\n');
    expect(parseFailure(log).kind).toBe('final');
  });
});
