import type { Environment } from '../runner/inputs.ts';

/** The complete environment of a process that a step starts. */
export type ChildEnvironment = Record<string, string>;

/** What any program needs on any operating system: the directories of programs and temporary files, and the language of messages. */
const BASE_VARIABLES = [
  ...['PATH', 'PATHEXT', 'COMSPEC', 'SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'TEMP', 'TMP', 'TMPDIR'],
  ...['LANG', 'LANGUAGE', 'LC_ALL', 'LC_CTYPE', 'LC_MESSAGES', 'TZ'],
];

/**
 * A small environment: what any program needs, and the named variables.
 * @param names of more variables to pass on, in any case, as on Windows
 * @param variables to set
 */
export function minimalEnvironment(
  env: Environment,
  names: readonly string[],
  variables: ChildEnvironment = {},
): ChildEnvironment {
  const passed = new Set([...BASE_VARIABLES, ...names]);
  return { ...filterEnvironment(env, (name) => passed.has(name)), ...variables };
}

/** The usual names of tokens in a step's environment, mostly for one program. */
export const TOKEN_VARIABLES = ['GITHUB_TOKEN', 'GH_TOKEN', 'GH_ENTERPRISE_TOKEN', 'GITHUB_ENTERPRISE_TOKEN'];

/** Files of the runner: their content becomes outputs, or the environment and PATH of later steps. */
const RUNNER_FILES = ['GITHUB_OUTPUT', 'GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'];

/** BuildKit's cache in GitHub Actions: https://docs.docker.com/build/cache/backends/gha/#authentication */
export const ACTIONS_CACHE_VARIABLES = [
  'ACTIONS_CACHE_SERVICE_V2',
  'ACTIONS_CACHE_URL',
  'ACTIONS_RESULTS_URL',
  'ACTIONS_RUNTIME_TOKEN',
];

/**
 * The step's environment without the variables that the runner sets for the action alone: for programs that are configured by variables that cannot be listed,
 * such as docker with its credential helpers (`AWS_…`, `CLOUDSDK_…`, `DOCKER_…`). It excludes the inputs (`INPUT_…`, with passwords), the
 * runner's tokens (`ACTIONS_…`), its files, and GitHub's tokens.
 * @param needed names of variables to pass on anyway
 */
export function environmentWithoutRunner(env: Environment, needed: readonly string[]): ChildEnvironment {
  const included = new Set(needed);
  const excluded = new Set([...TOKEN_VARIABLES, ...RUNNER_FILES]);
  return filterEnvironment(
    env,
    (name) => included.has(name) || !(excluded.has(name) || /^(?:INPUT|ACTIONS)_/.test(name)),
  );
}

function filterEnvironment(env: Environment, isPassed: (name: string) => boolean): ChildEnvironment {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && isPassed(entry[0].toUpperCase()),
    ),
  );
}
