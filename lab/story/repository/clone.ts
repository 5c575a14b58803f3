import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

export interface CloneOptions {
  directory: string;
  url: string;
  login: string;
  token: string;
}

/** An account's clone of a repository on the hub. The token is passed by environment, so that no command line or file has it. */
export class Clone {
  readonly directory: string;
  readonly #env: Record<string, string>;

  private constructor({ directory, login, token }: CloneOptions) {
    this.directory = directory;
    const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
    this.#env = {
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'http.extraHeader',
      GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
      GIT_AUTHOR_NAME: login,
      GIT_AUTHOR_EMAIL: `${login}@users.noreply.github.com`,
      GIT_COMMITTER_NAME: login,
      GIT_COMMITTER_EMAIL: `${login}@users.noreply.github.com`,
    };
  }

  /** Replaces the directory by a fresh clone. */
  static async create(options: CloneOptions): Promise<Clone> {
    const { directory, url } = options;
    await rm(directory, { recursive: true, force: true });
    const clone = new Clone(options);
    await execa('git', ['clone', '--quiet', url, directory], { env: clone.#env });
    return clone;
  }

  /** @throws with what git prints when it fails */
  async git(...args: string[]): Promise<string> {
    const { stdout } = await execa('git', ['-C', this.directory, ...args], { env: this.#env });
    return stdout;
  }

  /** Runs a git command that is expected to fail. Returns its error output; `undefined` if it succeeded. */
  async gitFailure(...args: string[]): Promise<string | undefined> {
    const result = await execa('git', ['-C', this.directory, ...args], { env: this.#env, reject: false });
    return result.exitCode === 0 ? undefined : result.stderr;
  }

  /** @throws when the edit changes nothing, because the story would then prove nothing */
  async edit(path: string, change: (text: string) => string): Promise<void> {
    const file = join(this.directory, path);
    const before = await readFile(file, 'utf8');
    const after = change(before);
    if (after === before) throw new Error(`nothing to change in ${path}`);
    await writeFile(file, after);
  }

  async commit(message: string): Promise<string> {
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--message', message);
    return (await this.git('rev-parse', 'HEAD')).trim();
  }
}
