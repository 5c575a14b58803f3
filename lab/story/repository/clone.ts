import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** Somebody's clone of a repository on the hub. The token goes by environment, so it stands in no command line and no file. */
export class Clone {
  readonly directory: string;
  readonly #env: Record<string, string>;

  private constructor(directory: string, login: string, token: string) {
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

  static async make(directory: string, url: string, login: string, token: string): Promise<Clone> {
    await rm(directory, { recursive: true, force: true });
    const clone = new Clone(directory, login, token);
    await execa('git', ['clone', '--quiet', url, directory], { env: clone.#env });
    return clone;
  }

  /** @throws what git prints when it fails */
  async git(...args: string[]): Promise<string> {
    const { stdout } = await execa('git', ['-C', this.directory, ...args], { env: this.#env });
    return stdout;
  }

  /** What git prints when it must fail; `undefined` when it did not. */
  async refusal(...args: string[]): Promise<string | undefined> {
    const result = await execa('git', ['-C', this.directory, ...args], { env: this.#env, reject: false });
    return result.exitCode === 0 ? undefined : result.stderr;
  }

  async update(): Promise<void> {
    await this.git('fetch', '--quiet', '--tags', '--prune', '--force', 'origin');
    await this.git('checkout', '--quiet', '--force', '-B', 'main', 'origin/main');
  }

  /** @throws when the edit changes nothing: then the story would prove nothing */
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
