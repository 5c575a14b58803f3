import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  buildSchema,
  defaultFieldResolver,
  execute,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql';
import type { Actor } from '../accounts.ts';
import type { Core } from '../core.ts';
import { ApiError } from '../errors.ts';
import { rateHeaders } from '../http/rate-limits.ts';
import { createCommitOnBranch } from './commit-on-branch.ts';
import { type Context, findRepository } from './context.ts';
import { GraphqlError, presentError } from './errors.ts';
import * as mergeMutations from './merge-mutations.ts';
import { findNode } from './node.ts';
import { findAccount, presentActor } from './objects.ts';
import * as peopleMutations from './people-mutations.ts';
import * as pullMutations from './pull-mutations.ts';
import { presentRefNode } from './refs.ts';
import { presentRepositoryNode } from './repository.ts';
import { updateRefs } from './update-refs.ts';

/** What GitHub's schema has and the package does not: https://docs.github.com/graphql/reference/releases */
const NEWER_FIELDS = `
  extend type Release { immutable: Boolean! }
  extend type ReleaseAsset { digest: String }
`;

/** GitHub's whole schema. Building it takes 0.2 s, once. */
export class GraphqlSchema {
  #schema: GraphQLSchema | undefined;

  /** Builds the schema on first use. */
  get(): GraphQLSchema {
    if (!this.#schema) {
      const index = fileURLToPath(import.meta.resolve('@octokit/graphql-schema'));
      const source = readFileSync(new URL('schema.graphql', `file://${index}`), 'utf8');
      this.#schema = buildSchema(source + NEWER_FIELDS, { assumeValid: true, assumeValidSDL: true, noLocation: true });
    }
    return this.#schema;
  }
}

/** graphql-js calls these with the arguments of a field and the context. */
const root = {
  viewer: (_: unknown, context: Context) => presentActor(context, context.actor.account),
  user: ({ login }: { login: string }, context: Context) => findAccount(context, 'User', login),
  organization: ({ login }: { login: string }, context: Context) => findAccount(context, 'Organization', login),
  repository: ({ owner, name }: { owner: string; name: string }, context: Context) =>
    presentRepositoryNode(findRepository(context, owner, name)),
  rateLimit: (_: unknown, { core, actor }: Context) => {
    const rate = core.limits.peek(actor);
    const resetAt = new Date(rate.reset * 1000).toISOString();
    return { cost: 1, limit: rate.limit, remaining: rate.remaining, used: rate.used, nodeCount: 0, resetAt };
  },
  node: ({ id }: { id: string }, context: Context) => findNode(context, id),
  createCommitOnBranch,
  updateRefs,
  ...pullMutations,
  ...peopleMutations,
  ...mergeMutations,
};

/** A field that is in the schema but not in the hub is an error, never a silent null. */
const resolveField: GraphQLFieldResolver<unknown, Context> = (source, args, context, info) => {
  if (source !== null && typeof source === 'object' && !(info.fieldName in source)) {
    throw new GraphqlError('INTERNAL', `The hub does not have ${info.parentType.name}.${info.fieldName}`);
  }
  return defaultFieldResolver(source, args, context, info);
};

interface Query {
  query?: unknown;
  variables?: Record<string, unknown> | null;
  operationName?: string | null;
}

export interface GraphqlRequest {
  authorization: string | undefined;
  bytes: Buffer;
}

export interface GraphqlResponse {
  response: Response;
  actor: Actor | null;
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  });
}

export async function serveGraphql(
  core: Core,
  schema: GraphqlSchema,
  { authorization, bytes }: GraphqlRequest,
): Promise<GraphqlResponse> {
  const documentation = 'https://docs.github.com/graphql';
  const toResponse = (error: ApiError, actor: Actor | null): GraphqlResponse => ({
    response: json(error.status, error.body(documentation)),
    actor,
  });
  let actor: Actor | null;
  try {
    actor = core.accounts.authenticate(authorization);
  } catch (error) {
    if (error instanceof ApiError) return toResponse(error, null);
    throw error;
  }
  if (!actor) return toResponse(new ApiError(403, 'This endpoint requires you to be authenticated.'), null);
  const query = readQuery(bytes);
  if (!query) return toResponse(new ApiError(400, 'Problems parsing JSON'), actor);
  const headers = rateHeaders(core.limits.count(actor), 'graphql');
  return { response: json(200, await run(schema.get(), query, createContext(core, actor)), headers), actor };
}

function createContext(core: Core, actor: Actor): Context {
  const context: Context = {
    core,
    actor,
    repositoryNode: (repository) => presentRepositoryNode({ ...context, repository }),
    refNode: (repository, ref) => presentRefNode({ ...context, repository }, ref),
  };
  return context;
}

function readQuery(bytes: Buffer): Query | undefined {
  try {
    const request = JSON.parse(bytes.toString('utf8')) as unknown;
    return request !== null && typeof request === 'object' ? request : undefined;
  } catch {
    return undefined;
  }
}

async function run(schema: GraphQLSchema, request: Query, contextValue: Context): Promise<unknown> {
  if (typeof request.query !== 'string')
    return { errors: [{ message: 'A query attribute must be specified and must be a string.' }] };
  let document: ReturnType<typeof parse>;
  try {
    document = parse(request.query);
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [presentError(error)] };
    throw error;
  }
  const problems = validate(schema, document);
  if (problems.length > 0) return { errors: problems.map(presentError) };
  const result = await execute({
    schema,
    document,
    rootValue: root,
    contextValue,
    fieldResolver: resolveField,
    ...(request.variables ? { variableValues: request.variables } : {}),
    ...(request.operationName ? { operationName: request.operationName } : {}),
  });
  const { data, errors } = result;
  return { data, ...(errors ? { errors: errors.map(presentError) } : {}) };
}
