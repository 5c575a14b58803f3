import { readFile } from 'node:fs/promises';
import { ActionError, messageOf } from '../errors.ts';
import { type CommitSha, parseCommitSha, parseRepositoryName, type RepositoryName } from '../identifiers.ts';
import type { Environment, Parsed } from './inputs.ts';
import { invalidVariableError, serverUrl } from './variables.ts';

/**
 * Where and why the step runs, from the runner's default variables.
 * Source: https://docs.github.com/actions/reference/workflows-and-actions/variables
 */
export interface Context {
  repository: RepositoryName;
  sha: CommitSha;
  /** The full ref: `refs/heads/main`, `refs/tags/v1.4.2`, `refs/pull/7/merge`. */
  ref: string;
  /** Set when a branch triggered the run. */
  branch: string | undefined;
  /** Set when a tag triggered the run. */
  tag: string | undefined;
  eventName: string;
  /** The directory of the checkout. */
  workspace: string;
  /** Without a trailing slash; GitHub Enterprise Server has its own. */
  serverUrl: string;
  apiUrl: string;
  graphqlUrl: string;
  runId: string | undefined;
  runAttempt: string | undefined;
}

/** @throws {ActionError} when the runner's variables are missing or malformed */
export function readContext(env: Environment): Context {
  const ref = env.GITHUB_REF ?? '';
  const apiUrl = serverUrl('GITHUB_API_URL', env) ?? 'https://api.github.com';
  return {
    repository: variable('GITHUB_REPOSITORY', env, parseRepositoryName),
    // Not every action needs it.
    get sha() {
      return variable('GITHUB_SHA', env, parseCommitSha);
    },
    ref,
    branch: ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : undefined,
    tag: ref.startsWith('refs/tags/') ? ref.slice('refs/tags/'.length) : undefined,
    eventName: env.GITHUB_EVENT_NAME ?? '',
    workspace: env.GITHUB_WORKSPACE || process.cwd(),
    serverUrl: serverUrl('GITHUB_SERVER_URL', env) ?? 'https://github.com',
    apiUrl,
    // GitHub Enterprise Server: REST at /api/v3, GraphQL at /api/graphql.
    graphqlUrl:
      serverUrl('GITHUB_GRAPHQL_URL', env) ??
      (apiUrl.endsWith('/api/v3') ? apiUrl.replace(/\/v3$/, '/graphql') : `${apiUrl}/graphql`),
    runId: env.GITHUB_RUN_ID,
    runAttempt: env.GITHUB_RUN_ATTEMPT,
  };
}

function variable<T>(name: string, env: Environment, parse: (text: string) => Parsed<T>): T {
  const text = env[name] ?? '';
  const parsed = parse(text);
  if ('value' in parsed) return parsed.value;
  throw invalidVariableError(name, `${JSON.stringify(text)} ${parsed.problem}`);
}

/**
 * The webhook payload that triggered the run; an empty object when there is none.
 * The fields that the actions use have the documented types: https://docs.github.com/webhooks/webhook-events-and-payloads
 */
export async function readEvent(env: Environment): Promise<Record<string, unknown>> {
  const path = env.GITHUB_EVENT_PATH;
  if (!path) return {};
  try {
    return checkEvent(parseEvent(await readFile(path, 'utf8')) ?? {});
  } catch (error) {
    throw new ActionError({
      what: 'the event payload cannot be read',
      why: `GITHUB_EVENT_PATH names ${path}: ${messageOf(error)}`,
      next: 'The runner writes it for every job. When you run the bundle by hand, unset GITHUB_EVENT_PATH or set it to a JSON file.',
      cause: error,
    });
  }
}

function parseEvent(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Without the parser's message, which quotes the text: it can contain inputs of the run.
    throw new Error('it is not JSON');
  }
}

function checkEvent(event: unknown): Record<string, unknown> {
  const { repository, head_commit: head } = mapping(event, 'it');
  for (const [name, value] of [
    ['repository.default_branch', mapping(repository ?? {}, 'repository').default_branch],
    ['head_commit.id', mapping(head ?? {}, 'head_commit').id],
    ['head_commit.timestamp', mapping(head ?? {}, 'head_commit').timestamp],
  ])
    if (value !== undefined && typeof value !== 'string') throw new TypeError(`${name} is not a string`);
  return event as Record<string, unknown>;
}

function mapping(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new TypeError(`${name} is not a mapping`);
}
