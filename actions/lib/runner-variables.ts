import { accessSync, constants, statSync } from 'node:fs';
import { ActionError, messageOf } from './errors.ts';
import type { Environment } from './inputs.ts';

/** The error for a variable that the runner sets, and that is missing or malformed. */
export function unusable(name: string, problem: string, cause?: unknown): ActionError {
  return new ActionError({
    what: `the variable ${name} is unusable`,
    why: problem,
    next: 'The runner sets it for every job; when you run the bundle by hand, set it yourself.',
    cause,
  });
}

/** The address of a server in a variable of the runner, without a slash at the end; `undefined` when it is not set. */
export function serverAddress(name: string, env: Environment): string | undefined {
  const text = env[name];
  if (!text) return undefined;
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw unusable(name, `${JSON.stringify(text)} is not an http or https address`);
  if (url.search !== '' || url.hash !== '')
    throw unusable(name, `${JSON.stringify(text)} has more than a host and a path`);
  if (url.username !== '' || url.password !== '') throw unusable(name, 'it has a name or password in it');
  return text.replace(/\/+$/, '');
}

const SERVERS = ['GITHUB_SERVER_URL', 'GITHUB_API_URL', 'GITHUB_GRAPHQL_URL'];
const PROXIES = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'];

/**
 * Look at what every action needs of its surroundings before it does anything: an output that cannot be written after a release is out is too late.
 * @throws {ActionError} naming the variable
 */
export function checkVariables(env: Environment): void {
  for (const name of SERVERS) serverAddress(name, env);
  for (const name of PROXIES) checkProxy(name, env);
  checkPlace('GITHUB_WORKSPACE', env, 'folder', constants.R_OK | constants.X_OK);
  checkPlace('RUNNER_TEMP', env, 'folder', constants.W_OK | constants.X_OK);
  if (env.GITHUB_ACTIONS === 'true' && !env.GITHUB_OUTPUT) throw unusable('GITHUB_OUTPUT', 'it is not set');
  checkPlace('GITHUB_OUTPUT', env, 'file', constants.W_OK);
}

/** As the HTTP client of the actions reads it: an address, or a host with a port. */
function checkProxy(name: string, env: Environment): void {
  const text = env[name];
  // Not quoted: proxies have passwords.
  if (text && !URL.canParse(text) && !URL.canParse(`http://${text}`))
    throw new ActionError({
      what: `the variable ${name} is unusable`,
      why: 'it is not the address of a proxy',
      next: 'Set it to an address such as http://proxy.example.com:3128, or to nothing.',
    });
}

function checkPlace(name: string, env: Environment, kind: 'file' | 'folder', mode: number): void {
  const path = env[name];
  if (!path) return;
  try {
    // A file may also be a pipe or a terminal.
    if (statSync(path).isDirectory() !== (kind === 'folder')) throw new Error(`${path} is not a ${kind}`);
    accessSync(path, mode);
  } catch (error) {
    throw unusable(name, messageOf(error), error);
  }
}
