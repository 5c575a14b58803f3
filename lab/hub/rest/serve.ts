import type { Actor } from '../accounts.ts';
import type { Core } from '../core.ts';
import { ApiError, notFound } from '../errors.ts';
import { rateHeaders } from '../http/rate-limits.ts';
import { handlerOf } from '../routes/index.ts';
import type { Repository } from '../store/types.ts';
import { Call, type Reply } from './call.ts';
import type { Matched, OpenApi, Route } from './openapi.ts';
import { operations } from './operations.ts';

const DOCUMENTATION = 'https://docs.github.com/rest';

export interface RestRequest {
  url: URL;
  matched: Matched | undefined;
  headers: Headers;
  bytes: Buffer;
  /** Came to the uploads address, where bodies are files. */
  isUpload: boolean;
}

export interface RestAnswer {
  response: Response;
  actor: Actor | null;
}

/** One REST call from its authentication to its checked answer. */
export async function serveRest(core: Core, openapi: OpenApi, request: RestRequest): Promise<RestAnswer> {
  const { matched } = request;
  const documentation = matched?.route.documentation ?? DOCUMENTATION;
  let actor: Actor | null = null;
  let reply: Reply;
  try {
    actor = core.accounts.authenticate(request.headers.get('authorization') ?? undefined);
    if (!matched) throw notFound();
    reply = await perform(core, openapi, request, matched, actor);
  } catch (error) {
    reply = refusal(error, documentation);
  }
  const rate = rateHeaders(core.limits.count(actor), 'core');
  return { response: respond(reply, rate), actor };
}

function refusal(error: unknown, documentation: string): Reply {
  if (error instanceof ApiError) {
    return { status: error.status, body: error.body(documentation), headers: { ...error.headers } };
  }
  console.error('hub:', error);
  const reason = error instanceof Error ? error.message : String(error);
  return { status: 500, body: new ApiError(500, `The hub failed: ${reason}`).body(documentation) };
}

async function perform(
  core: Core,
  openapi: OpenApi,
  request: RestRequest,
  { route, params }: Matched,
  actor: Actor | null,
): Promise<Reply> {
  const repository = repositoryOf(core, route, params, actor);
  if (repository) core.accounts.require(actor, repository, operations[route.id]);
  const body = bodyOf(route, request);
  const query = Object.fromEntries(request.url.searchParams);
  const faults = [...openapi.checkParameters(route, params, query), ...openapi.checkBody(route, body)];
  if (faults.length > 0) throw new ApiError(422, `Invalid request.\n\n${faults.join('\n')}`, faults);
  const call = new Call({
    core,
    actor,
    repository,
    params,
    query,
    body,
    bytes: request.bytes,
    contentType: request.headers.get('content-type') ?? '',
    url: request.url,
  });
  const handle = async (): Promise<Reply> => handlerOf(route.id)(call);
  const writes = route.method !== 'GET' && repository !== undefined;
  const reply = writes ? await core.locks.run(repository.id, handle) : await handle();
  check(openapi, route, reply);
  return reply;
}

function repositoryOf(
  core: Core,
  route: Route,
  params: Record<string, string>,
  actor: Actor | null,
): Repository | undefined {
  if (!route.names.includes('owner') || !route.names.includes('repo')) return undefined;
  const repository = core.store.repository(params.owner ?? '', params.repo ?? '');
  if (!repository || !core.accounts.may(actor, repository, ['metadata', 'read'])) throw notFound();
  return repository;
}

function bodyOf(route: Route, request: RestRequest): unknown {
  if (request.isUpload || request.bytes.length === 0 || route.method === 'GET') return undefined;
  try {
    return JSON.parse(request.bytes.toString('utf8')) as unknown;
  } catch {
    throw new ApiError(400, 'Problems parsing JSON');
  }
}

/** An answer that GitHub's description does not allow is a fault of the hub, and said so. */
function check(openapi: OpenApi, route: Route, reply: Reply): void {
  const faults = openapi.checkResponse(route, reply.status, reply.body);
  if (faults.length === 0) return;
  throw new Error(`its answer to ${route.id} does not fit GitHub's description: ${faults.slice(0, 10).join('; ')}`);
}

function respond(reply: Reply, rate: Record<string, string>): Response {
  const headers: Record<string, string> = { ...rate, ...reply.headers };
  if (reply.body === undefined) return new Response(null, { status: reply.status, headers });
  return new Response(JSON.stringify(reply.body), {
    status: reply.status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'x-github-media-type': 'github.v3; format=json',
      ...headers,
    },
  });
}
