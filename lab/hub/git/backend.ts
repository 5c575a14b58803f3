import { spawn } from 'node:child_process';
import { pipeline, Readable } from 'node:stream';
import { gitEnvironment } from './run.ts';

export interface BackendRequest {
  dir: string;
  method: string;
  /** `/info/refs`, `/git-upload-pack` or `/git-receive-pack` */
  service: string;
  query: string;
  contentType: string;
  contentEncoding: string;
  protocol: string;
  /** The login of a push. Without it `http-backend` accepts no push. */
  user: string | undefined;
  body: Buffer | ReadableStream<Uint8Array> | null;
}

/** Runs Git's own `http-backend` over CGI and streams its response: https://git-scm.com/docs/git-http-backend */
export function runBackend(request: BackendRequest): Promise<Response> {
  const length = Buffer.isBuffer(request.body) ? { CONTENT_LENGTH: String(request.body.length) } : {};
  const child = spawn('git', ['http-backend'], {
    env: gitEnvironment({
      GIT_PROJECT_ROOT: request.dir,
      PATH_INFO: request.service,
      GIT_HTTP_EXPORT_ALL: '1',
      REQUEST_METHOD: request.method,
      QUERY_STRING: request.query,
      CONTENT_TYPE: request.contentType,
      REMOTE_ADDR: '127.0.0.1',
      ...length,
      ...(request.contentEncoding ? { HTTP_CONTENT_ENCODING: request.contentEncoding } : {}),
      ...(request.protocol ? { GIT_PROTOCOL: request.protocol } : {}),
      ...(request.user === undefined ? {} : { REMOTE_USER: request.user }),
    }),
  });
  // The pipe closes when the client disconnects; the exit of Git reports it.
  child.stdin.on('error', () => undefined);
  if (request.body instanceof ReadableStream) {
    const body = Readable.fromWeb(request.body as Parameters<typeof Readable.fromWeb>[0]);
    pipeline(body, child.stdin, () => undefined);
  } else child.stdin.end(request.body ?? '');
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => reject(new Error(`git http-backend exited with ${code} and no response: ${errors}`)));
    const readHead = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      child.stdout.off('data', readHead);
      child.stdout.pause();
      const rest = head.subarray(end + 4);
      if (rest.length > 0) child.stdout.unshift(rest);
      const { status, headers } = parseHead(head.toString('latin1', 0, end));
      resolve(new Response(Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>, { status, headers }));
    };
    child.stdout.on('data', readHead);
  });
}

function parseHead(head: string): { status: number; headers: Headers } {
  const headers = new Headers();
  let status = 200;
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else headers.set(name, value);
  }
  return { status, headers };
}
