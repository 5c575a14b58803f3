import type { Actor } from '../accounts.ts';
import type { Core } from '../core.ts';
import { ApiError, notFound } from '../errors.ts';
import { rateHeaders } from '../http/rate-limits.ts';
import type { Upload } from '../http/upload.ts';
import { getHandler } from '../routes/index.ts';
import type { Repository } from '../store/types.ts';
import { Call, type Reply } from './call.ts';
import type { Matched, OpenApi, Route } from './openapi.ts';
import { operations } from './operations.ts';

const DOCUMENTATION = 'https://docs.github.com/rest';

export interface RestRequest {
  url: URL;
  matched: Matched | undefined;
  headers: Headers;
  /** JSON, or empty. */
  bytes: Buffer;
  /** The body of a request to the uploads address. */
  upload?: Upload;
}

export interface RestResponse {
  response: Response;
  actor: Actor | null;
}

/** Serves one REST call, from its authentication to its checked response. */
export async function serveRest(core: Core, openapi: OpenApi, request: RestRequest): Promise<RestResponse> {
  const { matched } = request;
  const documentation = matched?.route.documentation ?? DOCUMENTATION;
  let actor: Actor | null = null;
  let reply: Reply;
  try {
    actor = core.accounts.authenticate(request.headers.get('authorization') ?? undefined);
    if (!matched) throw notFound();
    reply = await perform(openapi, prepare({ core, openapi, actor }, request, matched), matched.route);
  } catch (error) {
    reply = errorReply(error, documentation);
  }
  const rate = rateHeaders(core.limits.count(actor), 'core');
  return { response: respond(reply, rate), actor };
}

function errorReply(error: unknown, documentation: string): Reply {
  if (error instanceof ApiError) {
    return { status: error.status, body: error.body(documentation), headers: { ...error.headers } };
  }
  console.error('hub:', error);
  const reason = error instanceof Error ? error.message : String(error);
  return { status: 500, body: new ApiError(500, `The hub failed: ${reason}`).body(documentation) };
}

/** Checks the permission, the parameters and the body. @throws ApiError */
function prepare(
  { core, openapi, actor }: { core: Core; openapi: OpenApi; actor: Actor | null },
  request: RestRequest,
  { route, params }: Matched,
): Call {
  const repository = findRepository(core, actor, { route, params });
  if (repository) core.accounts.require(actor, repository, operations[route.id]);
  const body = parseBody(route, request);
  const query = Object.fromEntries(request.url.searchParams);
  const problems = [...openapi.checkParameters(route, params, query), ...openapi.checkBody(route, body)];
  if (problems.length > 0) {
    throw new ApiError(422, `Invalid request.\n\n${problems.join('\n')}`, { errors: problems });
  }
  return new Call({
    core,
    actor,
    repository,
    params,
    query,
    body,
    upload: request.upload,
    contentType: request.headers.get('content-type') ?? '',
    accept: request.headers.get('accept') ?? '',
    url: request.url,
  });
}

async function perform(openapi: OpenApi, call: Call, route: Route): Promise<Reply> {
  const handle = async (): Promise<Reply> => getHandler(route.id)(call);
  const writes = route.method !== 'GET' && call.hasRepository;
  const reply = writes ? await call.core.locks.run(call.repository.id, handle) : await handle();
  checkReply(openapi, route, reply);
  return reply;
}

function findRepository(core: Core, actor: Actor | null, { route, params }: Matched): Repository | undefined {
  if (!route.names.includes('owner') || !route.names.includes('repo')) return undefined;
  const repository = core.store.repository(params.owner ?? '', params.repo ?? '');
  if (!repository || !core.accounts.may(actor, repository, ['metadata', 'read'])) throw notFound();
  return repository;
}

function parseBody(route: Route, request: RestRequest): unknown {
  if (request.bytes.length === 0 || route.method === 'GET') return undefined;
  try {
    return JSON.parse(request.bytes.toString('utf8')) as unknown;
  } catch {
    throw new ApiError(400, 'Problems parsing JSON');
  }
}

/** @throws when GitHub's description does not allow the response, which is a bug of the hub */
function checkReply(openapi: OpenApi, route: Route, reply: Reply): void {
  const problems = openapi.checkResponse(route, reply.status, reply.body);
  if (problems.length === 0) return;
  const list = problems.slice(0, 10).join('; ');
  throw new Error(`the response to ${route.id} does not match GitHub's description: ${list}`);
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
