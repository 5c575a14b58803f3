import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { gitEnvironment } from './run.ts';

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

export interface ObjectInfo {
  oid: string;
  type: ObjectType;
  size: number;
}

export interface GitObject extends ObjectInfo {
  content: Buffer;
}

interface Pending {
  withContent: boolean;
  resolve: (object: GitObject | undefined) => void;
  reject: (error: Error) => void;
}

/**
 * One long-lived `git cat-file --batch-command` per repository, so that reading an object or resolving a ref costs a round
 * trip on a pipe instead of a process.
 */
export class ObjectReader {
  readonly #dir: string;
  #child: ChildProcessWithoutNullStreams | undefined;
  #pending: Pending[] = [];
  #buffered: Buffer = Buffer.alloc(0);

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** The object that a revision names, without its content. */
  info(revision: string): Promise<ObjectInfo | undefined> {
    return this.#request('info', revision);
  }

  read(revision: string): Promise<GitObject | undefined> {
    return this.#request('contents', revision);
  }

  close(): void {
    this.#child?.stdin.end();
    this.#child = undefined;
  }

  #request(command: 'info' | 'contents', revision: string): Promise<GitObject | undefined> {
    if (revision.includes('\n') || revision.includes('\0')) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      const child = this.#start();
      this.#pending.push({ withContent: command === 'contents', resolve, reject });
      child.stdin.write(`${command} ${revision}\n`);
    });
  }

  #start(): ChildProcessWithoutNullStreams {
    if (this.#child) return this.#child;
    const child = spawn('git', ['--git-dir', this.#dir, 'cat-file', '--batch-command'], { env: gitEnvironment() });
    child.stdin.on('error', (error) => this.#fail(child, error));
    child.on('error', (error) => this.#fail(child, error));
    child.on('exit', (code) => this.#fail(child, new Error(`git cat-file exited with code ${code}`)));
    child.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#child = child;
    return child;
  }

  #fail(child: ChildProcessWithoutNullStreams, error: Error): void {
    if (this.#child === child) this.#child = undefined;
    const pending = this.#pending;
    this.#pending = [];
    this.#buffered = Buffer.alloc(0);
    for (const { reject } of pending) reject(error);
  }

  #receive(chunk: Buffer): void {
    this.#buffered = this.#buffered.length === 0 ? chunk : Buffer.concat([this.#buffered, chunk]);
    while (this.#pending.length > 0 && this.#resolveOne()) {
      // Each turn resolves the oldest request.
    }
  }

  /** Resolves the oldest request if its output is complete. */
  #resolveOne(): boolean {
    const lineEnd = this.#buffered.indexOf(10);
    const pending = this.#pending[0];
    if (lineEnd < 0 || !pending) return false;
    const header = /^([0-9a-f]{40,64}) (commit|tree|blob|tag) (\d+)$/.exec(this.#buffered.toString('utf8', 0, lineEnd));
    const start = lineEnd + 1;
    if (!header) {
      this.#resolve(pending, undefined, start);
      return true;
    }
    const [, oid = '', type = '', length = ''] = header;
    const size = Number(length);
    const end = pending.withContent ? start + size + 1 : start;
    if (this.#buffered.length < end) return false;
    const content = pending.withContent ? Buffer.from(this.#buffered.subarray(start, start + size)) : Buffer.alloc(0);
    this.#resolve(pending, { oid, type: type as ObjectType, size, content }, end);
    return true;
  }

  #resolve(pending: Pending, object: GitObject | undefined, end: number): void {
    this.#pending.shift();
    this.#buffered = this.#buffered.subarray(end);
    pending.resolve(object);
  }
}
