import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

type Line = Readonly<Record<string, unknown>>;

/** A component of the shop as a real process, observed as its deployment does: by its responses, log lines and exit. */
export class ComponentProcess {
  readonly lines: Line[] = [];
  readonly #child: ChildProcess;
  readonly #exit: Promise<[number | null, NodeJS.Signals | null]>;
  readonly #waiting = new Set<() => void>();
  #ended = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exit = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    if (child.stdout === null) throw new Error('the process was started without a pipe for its output');
    createInterface(child.stdout).on('line', (line) => {
      this.lines.push(JSON.parse(line) as Line);
      for (const wake of this.#waiting) wake();
    });
    void this.#exit.then(() => {
      this.#ended = true;
      for (const wake of this.#waiting) wake();
    });
  }

  /** Starts `app/<name>` with only this environment; it listens on a free loopback port. */
  static start(name: 'web' | 'api', env: Record<string, string>): ComponentProcess {
    const main = new URL(`../../${name}/src/main.ts`, import.meta.url).pathname;
    const child = spawn(process.execPath, [main], {
      env: { HOST: '127.0.0.1', PORT: '0', DRAIN_SECONDS: '0', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return new ComponentProcess(child);
  }

  /** The address, once the process has logged the port that it listens on. */
  async url(): Promise<string> {
    const { port } = await this.line('listening');
    return `http://127.0.0.1:${String(port)}`;
  }

  /** The first log line with this message, now or later. @throws if the process ends without it */
  async line(msg: string): Promise<Line> {
    for (;;) {
      const line = this.lines.find((each) => each.msg === msg);
      if (line !== undefined) return line;
      if (this.#ended) throw new Error(`ended without "${msg}": ${JSON.stringify(this.lines)}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      await promise;
      this.#waiting.delete(resolve);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The exit code, or the signal that ended the process. */
  async exit(): Promise<number | NodeJS.Signals | null> {
    const [code, signal] = await this.#exit;
    return code ?? signal;
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#exit;
  }
}

/** Starts components and ends all of them, whatever the result of the test. */
export class Components {
  readonly #started: ComponentProcess[] = [];

  start(name: 'web' | 'api', env: Record<string, string> = {}): ComponentProcess {
    const component = ComponentProcess.start(name, env);
    this.#started.push(component);
    return component;
  }

  async killAll(): Promise<void> {
    await Promise.all(this.#started.splice(0).map((component) => component.kill()));
  }
}

/** Requests `path` on a new connection, which the response closes, so that no test reuses another test's connection. */
export async function ask(url: string, path: string): Promise<{ status: number; headers: Headers; text: string }> {
  const response = await fetch(new URL(path, url), { headers: { connection: 'close' } });
  return { status: response.status, headers: response.headers, text: await response.text() };
}
