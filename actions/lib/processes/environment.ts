import type { Environment } from '../runner/inputs.ts';

/** The complete environment of a process that a step starts. */
export type ChildEnvironment = Record<string, string>;

/** What any program needs on the runner's systems: where programs and temporary files are, and the language of its messages. */
const BASE = [
  ...['PATH', 'PATHEXT', 'COMSPEC', 'SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'TEMP', 'TMP', 'TMPDIR'],
  ...['LANG', 'LANGUAGE', 'LC_ALL', 'LC_CTYPE', 'LC_MESSAGES', 'TZ'],
];

/**
 * The environment for a process that needs little: what any program needs, and the named variables.
 * @param names of more variables to pass on, in any case, as on Windows
 * @param own variables to set
 */
export function minimalEnvironment(
  env: Environment,
  names: readonly string[],
  own: ChildEnvironment = {},
): ChildEnvironment {
  const passed = new Set([...BASE, ...names]);
  return { ...filtered(env, (name) => passed.has(name)), ...own };
}

/** The usual names of tokens in a step's environment, mostly for one program. */
export const TOKEN_VARIABLES = ['GITHUB_TOKEN', 'GH_TOKEN', 'GH_ENTERPRISE_TOKEN', 'GITHUB_ENTERPRISE_TOKEN'];

/** Files of the runner: what is written to them becomes an output, or the environment and PATH of later steps. */
const RUNNER_FILES = ['GITHUB_OUTPUT', 'GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'];

/** BuildKit's cache in GitHub Actions: https://docs.docker.com/build/cache/backends/gha/#authentication */
export const ACTIONS_CACHE_VARIABLES = [
  'ACTIONS_CACHE_SERVICE_V2',
  'ACTIONS_CACHE_URL',
  'ACTIONS_RESULTS_URL',
  'ACTIONS_RUNTIME_TOKEN',
];

/**
 * The step's environment without what the runner passes to the action only: for programs that are configured by variables that cannot be listed,
 * such as docker with its credential helpers (`AWS_…`, `CLOUDSDK_…`, `DOCKER_…`). It excludes the inputs (`INPUT_…`, with passwords), the
 * runner's tokens (`ACTIONS_…`), its files, and GitHub's tokens.
 * @param needed names of variables to pass on anyway
 */
export function environmentWithoutRunner(env: Environment, needed: readonly string[]): ChildEnvironment {
  const kept = new Set(needed);
  const left = new Set([...TOKEN_VARIABLES, ...RUNNER_FILES]);
  return filtered(env, (name) => kept.has(name) || !(left.has(name) || /^(?:INPUT|ACTIONS)_/.test(name)));
}

function filtered(env: Environment, passes: (name: string) => boolean): ChildEnvironment {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && passes(entry[0].toUpperCase()),
    ),
  );
}
