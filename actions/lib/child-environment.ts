import type { Environment } from './inputs.ts';

/** The whole environment of a process that a step starts. */
export type ChildEnvironment = Record<string, string>;

/** What any program needs to run on the runner's systems: where programs and temporary files are, and the language of its messages. */
const BASE = [
  ...['PATH', 'PATHEXT', 'COMSPEC', 'SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'TEMP', 'TMP', 'TMPDIR'],
  ...['LANG', 'LANGUAGE', 'LC_ALL', 'LC_CTYPE', 'LC_MESSAGES', 'TZ'],
];

/**
 * An environment of its own for a process that needs little: nothing of the step's but what any program needs and what is named.
 * @param names of more variables that are passed on; names have no case, as on Windows
 * @param own what is set beside them
 */
export function minimalEnvironment(
  env: Environment,
  names: readonly string[],
  own: ChildEnvironment = {},
): ChildEnvironment {
  const passed = new Set([...BASE, ...names]);
  return { ...filtered(env, (name) => passed.has(name)), ...own };
}

/** Tokens that workflows give to a step under these names, mostly for one program of it. */
export const TOKEN_VARIABLES = ['GITHUB_TOKEN', 'GH_TOKEN', 'GH_ENTERPRISE_TOKEN', 'GITHUB_ENTERPRISE_TOKEN'];

/** Files of the runner: what is written to them becomes an output, or the environment and PATH of the steps that follow. */
const RUNNER_FILES = ['GITHUB_OUTPUT', 'GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'];

/** BuildKit's cache in GitHub Actions: https://docs.docker.com/build/cache/backends/gha/#authentication */
export const ACTIONS_CACHE_VARIABLES = [
  'ACTIONS_CACHE_SERVICE_V2',
  'ACTIONS_CACHE_URL',
  'ACTIONS_RESULTS_URL',
  'ACTIONS_RUNTIME_TOKEN',
];

/**
 * The step's environment without what the runner gives to the action alone: for programs that are configured by variables which nobody can list,
 * such as docker with its credential helpers (`AWS_…`, `CLOUDSDK_…`, `DOCKER_…`). Left out are the inputs (`INPUT_…`, passwords among them), the
 * runner's tokens (`ACTIONS_…`), its files, and GitHub's tokens.
 * @param needed names of variables that are passed on all the same
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
