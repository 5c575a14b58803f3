import type { Actor } from '../accounts.ts';
import type { Core } from '../core.ts';
import { ApiError, notFound } from '../errors.ts';
import { rateHeaders } from '../http/rate-limits.ts';
import type { Upload } from '../http/upload.ts';
import { getHandler } from '../routes/index.ts';
import type { Repository } from '../store/types.ts';
import { Call, type Reply } from './call.ts';
import { commonHeaders, entityTag, isKnownTo, selectVersion } from './headers.ts';
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
  /** See `LoggedRequest`. */
  ignored?: readonly string[];
}

/** Serves one REST call, from its authentication to its checked response. */
export async function serveRest(core: Core, openapi: OpenApi, request: RestRequest): Promise<RestResponse> {
  const { matched } = request;
  const documentation = matched?.route.documentation ?? DOCUMENTATION;
  let actor: Actor | null = null;
  let version: string | undefined;
  let reply: Reply;
  let ignored: readonly string[] = [];
  try {
    version = selectVersion(request.headers);
    actor = core.accounts.authenticate(request.headers.get('authorization') ?? undefined);
    if (!matched) throw notFound();
    const prepared = prepare({ core, openapi, actor }, request, matched);
    ignored = prepared.ignored;
    reply = await perform(openapi, prepared.call, matched.route);
  } catch (error) {
    reply = errorReply(error, documentation);
  }
  const headers = {
    ...rateHeaders(core.limits.count(actor), 'core'),
    ...commonHeaders(actor),
    ...(version === undefined ? {} : { 'x-github-api-version-selected': version }),
  };
  const isRead = matched?.route.method === 'GET';
  return { response: respond(reply, headers, isRead ? request.headers : undefined), actor, ignored };
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
): { call: Call; ignored: string[] } {
  const repository = findRepository(core, actor, { route, params });
  if (repository) core.accounts.require(actor, repository, operations[route.id]);
  const body = parseBody(openapi, route, request);
  const query = Object.fromEntries(request.url.searchParams);
  const ignored = openapi.findIgnored(route, query, body);
  const problems = [...openapi.checkParameters(route, params, query), ...openapi.checkBody(route, body)];
  if (problems.length > 0) {
    throw new ApiError(422, `Invalid request.\n\n${problems.join('\n')}`, { errors: problems });
  }
  const call = new Call({
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
  return { call, ignored };
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

function parseBody(openapi: OpenApi, route: Route, request: RestRequest): unknown {
  if (request.bytes.length === 0 || route.method === 'GET') return undefined;
  let body: unknown;
  try {
    body = JSON.parse(request.bytes.toString('utf8'));
  } catch {
    throw new ApiError(400, 'Problems parsing JSON');
  }
  const isObject = body !== null && typeof body === 'object' && !Array.isArray(body);
  if (!isObject && openapi.takesObject(route)) throw new ApiError(400, 'Body should be a JSON object');
  return body;
}

/** @throws when GitHub's description does not allow the response, which is a bug of the hub */
function checkReply(openapi: OpenApi, route: Route, reply: Reply): void {
  if (reply.bytes) return;
  const problems = openapi.checkResponse(route, reply.status, reply.body);
  if (problems.length === 0) return;
  const list = problems.slice(0, 10).join('; ');
  throw new Error(`the response to ${route.id} does not match GitHub's description: ${list}`);
}

/** @param conditions the headers of a request that only reads, to which 304 may be the response */
function respond(reply: Reply, common: Record<string, string>, conditions: Headers | undefined): Response {
  const headers: Record<string, string> = { ...common, ...reply.headers };
  if (reply.bytes) return new Response(new Uint8Array(reply.bytes), { status: reply.status, headers });
  if (reply.body === undefined) return new Response(null, { status: reply.status, headers });
  const body = JSON.stringify(reply.body);
  if (conditions && reply.status === 200) {
    headers.etag = entityTag(body);
    if (isKnownTo(conditions, headers.etag)) return new Response(null, { status: 304, headers });
  }
  headers['content-type'] = 'application/json; charset=utf-8';
  return new Response(body, { status: reply.status, headers });
}
