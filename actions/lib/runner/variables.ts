import { accessSync, constants, statSync } from 'node:fs';
import { ActionError, messageOf } from '../errors.ts';
import type { Environment } from './inputs.ts';

/** The error for a variable of the runner that is missing or malformed. */
export function invalidVariableError(name: string, problem: string, cause?: unknown): ActionError {
  return new ActionError({
    what: `invalid environment variable ${name}`,
    why: problem,
    next: 'The runner sets it for every job. When you run the bundle by hand, set it yourself.',
    cause,
  });
}

/** The address of a server in a variable of the runner, without a trailing slash; `undefined` when it is not set. */
export function serverUrl(name: string, env: Environment): string | undefined {
  const text = env[name];
  if (!text) return undefined;
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw invalidVariableError(name, `${JSON.stringify(text)} is not an http or https address`);
  if (url.search !== '' || url.hash !== '')
    throw invalidVariableError(name, `${JSON.stringify(text)} has more than a host and a path`);
  if (url.username !== '' || url.password !== '')
    throw invalidVariableError(name, 'it contains a user name or password');
  return text.replace(/\/+$/, '');
}

const SERVERS = ['GITHUB_SERVER_URL', 'GITHUB_API_URL', 'GITHUB_GRAPHQL_URL'];
const PROXIES = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'];

/**
 * Check what every action needs from its environment before it does anything: after a release is published, it is too late for an output that cannot
 * be written.
 * @throws {ActionError} naming the variable
 */
export function checkVariables(env: Environment): void {
  for (const name of SERVERS) serverUrl(name, env);
  for (const name of PROXIES) checkProxy(name, env);
  checkPath('GITHUB_WORKSPACE', env, { kind: 'directory', mode: constants.R_OK | constants.X_OK });
  checkPath('RUNNER_TEMP', env, { kind: 'directory', mode: constants.W_OK | constants.X_OK });
  if (env.GITHUB_ACTIONS === 'true' && !env.GITHUB_OUTPUT) throw invalidVariableError('GITHUB_OUTPUT', 'it is not set');
  checkPath('GITHUB_OUTPUT', env, { kind: 'file', mode: constants.W_OK });
}

/** The forms that the actions' HTTP client accepts: an address, or a host with a port. */
function checkProxy(name: string, env: Environment): void {
  const text = env[name];
  // Not quoted: it can contain a password.
  if (text && !URL.canParse(text) && !URL.canParse(`http://${text}`))
    throw new ActionError({
      what: `invalid environment variable ${name}`,
      why: 'it is not the address of a proxy',
      next: 'Set it to an address such as http://proxy.example.com:3128, or unset it.',
    });
}

interface PathRequirement {
  kind: 'file' | 'directory';
  /** The access that the step needs, as for `fs.access`. */
  mode: number;
}

function checkPath(name: string, env: Environment, { kind, mode }: PathRequirement): void {
  const path = env[name];
  if (!path) return;
  try {
    // A file may also be a pipe or a terminal.
    if (statSync(path).isDirectory() !== (kind === 'directory')) throw new Error(`${path} is not a ${kind}`);
    accessSync(path, mode);
  } catch (error) {
    throw invalidVariableError(name, messageOf(error), error);
  }
}
