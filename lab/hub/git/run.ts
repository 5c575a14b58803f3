import { execFile } from 'node:child_process';

export class GitError extends Error {
  readonly code: number | undefined;
  readonly stderr: string;

  constructor(args: readonly string[], code: number | undefined, stderr: string) {
    super(`git ${args.find((arg) => !arg.startsWith('-')) ?? ''} failed: ${stderr.trim() || `exit code ${code}`}`);
    this.name = 'GitError';
    this.code = code;
    this.stderr = stderr;
  }
}

export interface GitOptions {
  /** The bare repository. */
  dir?: string;
  env?: Readonly<Record<string, string>>;
  input?: string | Buffer;
  /** Exit codes that are not failures. */
  accept?: readonly number[];
}

/** The environment of every Git process of the hub, without the configuration of the machine and the user. */
export function gitEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    ...extra,
  };
}

export interface GitResult {
  code: number;
  stdout: Buffer;
}

/** Runs Git without a shell. */
export function run(args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  const { dir, env, input, accept = [] } = options;
  const argv = dir === undefined ? args : ['--git-dir', dir, ...args];
  return new Promise((resolve, reject) => {
    const child = execFile(
      'git',
      argv,
      { env: gitEnvironment(env), encoding: 'buffer', maxBuffer: 1 << 29 },
      (error, stdout, stderr) => {
        if (!error) return resolve({ code: 0, stdout });
        const code = typeof error.code === 'number' ? error.code : undefined;
        if (code !== undefined && accept.includes(code)) return resolve({ code, stdout });
        reject(new GitError(args, code, stderr.toString() || error.message));
      },
    );
    // The pipe closes when Git exits before it has read all of its input; the exit code says why.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
  });
}

export async function output(args: readonly string[], options: GitOptions = {}): Promise<string> {
  return (await run(args, options)).stdout.toString('utf8').trimEnd();
}
