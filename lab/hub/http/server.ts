import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HttpBindings, type ServerType, serve } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import type { Actor } from '../accounts.ts';
import type { Admin } from '../admin/admin.ts';
import { adminRoutes } from '../admin/routes.ts';
import type { Core } from '../core.ts';
import { ApiError } from '../errors.ts';
import { matchGit, serveGit } from '../git/http.ts';
import { GraphqlSchema, serveGraphql } from '../graphql/serve.ts';
import { servePage } from '../pages/serve.ts';
import { withLag } from '../recent-changes.ts';
import { requireUserAgent } from '../rest/headers.ts';
import { OpenApi } from '../rest/openapi.ts';
import { type RestRequest, serveRest } from '../rest/serve.ts';
import { readBody } from './body.ts';
import { breakResponse, respondInstead, statusResponse, takeRedirectMark } from './broken-responses.ts';
import type { FaultAction } from './faults.ts';
import { receiveUpload } from './upload.ts';

const REST = '/api/v3';
const UPLOADS = '/api/uploads';
const GRAPHQL = '/api/graphql';

const MAX_JSON_BYTES = 64 << 20;

type Env = { Bindings: HttpBindings };

/** A response, and the caller for the request log. */
interface Served {
  response: Response;
  actor: Actor | null;
  ignored?: readonly string[];
}

/** The operation of a request, and what serves it. */
interface Endpoint {
  /** As in the request log and in faults. */
  operation: string | null;
  serve(): Promise<Served>;
  /** Serves an upload as if its connection had broken. */
  serveBroken?(): Promise<Served>;
}

function jsonError(error: ApiError): Response {
  return Response.json(error.body('https://docs.github.com/rest'), { status: error.status });
}

export class Server {
  readonly #core: Core;
  readonly #openapi = new OpenApi();
  readonly #schema = new GraphqlSchema();
  readonly #app = new Hono<Env>();

  constructor(core: Core, admin: Admin, adminToken: string) {
    this.#core = core;
    this.#app.route('/_lab', adminRoutes(core, admin, adminToken));
    this.#app.all('*', (c) => this.#handle(c));
  }

  /** Listens on loopback only. @throws when the port is taken */
  async listen(port: number): Promise<{ server: ServerType; port: number }> {
    return new Promise((resolve, reject) => {
      const server = serve({ fetch: this.#app.fetch, hostname: '127.0.0.1', port }, (info: AddressInfo) => {
        resolve({ server, port: info.port });
      });
      server.once('error', reject);
    });
  }

  /** Builds the GraphQL schema before the first request needs it. */
  warmUp(): void {
    this.#schema.get();
  }

  #endpoint(request: Request, url: URL): Endpoint {
    const core = this.#core;
    const path = url.pathname;
    const refusal = path.startsWith('/api/') ? requireUserAgent(request.headers) : undefined;
    if (refusal) return { operation: null, serve: async () => ({ response: refusal, actor: null }) };
    const authorization = request.headers.get('authorization') ?? undefined;
    if (path === GRAPHQL && request.method === 'POST') {
      return {
        operation: 'graphql',
        serve: async () =>
          serveGraphql(core, this.#schema, { authorization, bytes: await readBody(request, MAX_JSON_BYTES) }),
      };
    }
    if (path === REST || path.startsWith(`${REST}/`) || path.startsWith(`${UPLOADS}/`)) {
      return this.#restEndpoint(request, url);
    }
    const download = core.downloads.find(path);
    if (download) return { operation: null, serve: async () => ({ response: await download(), actor: null }) };
    const git = matchGit(path);
    if (git) {
      const operation = `git/${git.service.replace(/^git-/, '').replace('info/refs', 'info-refs')}`;
      return { operation, serve: () => serveGit(core, git, request) };
    }
    return { operation: null, serve: async () => ({ response: await servePage(core, request, url), actor: null }) };
  }

  #restEndpoint(request: Request, url: URL): Endpoint {
    const isUpload = url.pathname.startsWith(`${UPLOADS}/`);
    const path = url.pathname.slice((isUpload ? UPLOADS : REST).length) || '/';
    // As in HTTP, HEAD is GET without the body, which Node does not send.
    const matched = this.#openapi.match(request.method === 'HEAD' ? 'GET' : request.method, path);
    const operation = matched?.route.id ?? null;
    const call = { url, matched, headers: request.headers };
    if (isUpload) {
      return {
        operation,
        serve: () => this.#serveUpload(call, request, false),
        serveBroken: () => this.#serveUpload(call, request, true),
      };
    }
    const serve = async (): Promise<Served> =>
      serveRest(this.#core, this.#openapi, { ...call, bytes: await readBody(request, MAX_JSON_BYTES) });
    return { operation, serve };
  }

  async #serveUpload(call: Omit<RestRequest, 'bytes'>, request: Request, isBroken: boolean): Promise<Served> {
    const upload = await receiveUpload(request, this.#core.assetDirectory);
    try {
      const sent = { ...upload, complete: upload.complete && !isBroken };
      return await serveRest(this.#core, this.#openapi, { ...call, bytes: Buffer.alloc(0), upload: sent });
    } finally {
      await rm(upload.file, { force: true });
    }
  }

  async #handle(c: Context<Env>): Promise<Response> {
    const started = performance.now();
    const url = new URL(c.req.raw.url);
    const redirected = takeRedirectMark(url);
    const endpoint = this.#endpoint(c.req.raw, url);
    const target = { method: c.req.method, path: url.pathname + url.search, operation: endpoint.operation };
    const fault = this.#core.faults.take({ ...target, redirected });
    const instead = respondInstead(fault, url);
    const served = instead ? { response: instead, actor: null } : await this.#serve(endpoint, fault);
    const id = randomUUID();
    this.#core.requests.add({
      ...target,
      id,
      time: new Date().toISOString(),
      status: served?.response.status ?? 0,
      login: served?.actor?.account.login ?? null,
      milliseconds: Math.round(performance.now() - started),
      ignored: served?.ignored ?? [],
    });
    if (!served || fault === 'lost-response') {
      c.env.incoming.socket.resetAndDestroy();
      return RESPONSE_ALREADY_SENT;
    }
    served.response.headers.set('x-github-request-id', id);
    return breakResponse(fault, served.response, c.env.outgoing as ServerResponse);
  }

  /** @returns undefined when a fault resets the connection before the request is served */
  async #serve(endpoint: Endpoint, fault: FaultAction | undefined): Promise<Served | undefined> {
    if (fault === 'reset') return undefined;
    if (typeof fault === 'object' && 'delayMs' in fault) await sleep(fault.delayMs);
    try {
      if (fault === 'starter') {
        const served = await endpoint.serveBroken?.();
        return { response: statusResponse({ status: 502 }), actor: served?.actor ?? null };
      }
      if (typeof fault === 'object' && 'lagMs' in fault) return await withLag(fault.lagMs, () => endpoint.serve());
      return await endpoint.serve();
    } catch (error) {
      if (error instanceof ApiError) return { response: jsonError(error), actor: null };
      console.error('hub:', error);
      const reason = error instanceof Error ? error.message : String(error);
      return { response: jsonError(new ApiError(500, `The hub failed: ${reason}`)), actor: null };
    }
  }
}
