import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../errors.ts';
import type { ProcessIdentity } from './processes.ts';

/** What is remembered of a service that was started, enough to find and stop it from another process. */
export interface ServiceRecord extends ProcessIdentity {
  name: string;
  command: string[];
  log: string;
  /** The port on 127.0.0.1 it was given, if any. */
  port?: number;
  /** Hash of what it was started with: another hash means it has to be started anew. */
  fingerprint: string;
  since: string;
}

interface StateFile {
  version: 1;
  services: Record<string, ServiceRecord>;
  /** Ports by purpose, kept from start to start so that addresses stay the same. */
  ports: Record<string, number>;
  /** Generated passwords and tokens by purpose. */
  secrets: Record<string, string>;
  /** What other programs need to use the lab, by part. */
  endpoints: Record<string, unknown>;
}

const empty = (): StateFile => ({ version: 1, services: {}, ports: {}, secrets: {}, endpoints: {} });

/** `.lab/state.json`: what a lab has started and decided. Readable by its owner alone, because it holds passwords. */
export class LabState {
  readonly dir: string;
  #content: StateFile;

  private constructor(dir: string, content: StateFile) {
    this.dir = dir;
    this.#content = content;
  }

  /** Reads the state of the lab in `dir`; one that never ran has an empty state. */
  static load(dir: string): LabState {
    const file = join(dir, 'state.json');
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new LabState(dir, empty());
      throw error;
    }
    try {
      const content = JSON.parse(text) as StateFile;
      if (content.version !== 1) throw new Error(`version ${content.version}`);
      return new LabState(dir, { ...empty(), ...content });
    } catch (cause) {
      throw new LabError(
        `${file} is not the state of a lab.`,
        `Run \`npm run lab -- down --clean\`, which finds what still runs without it, and start again.`,
        { cause },
      );
    }
  }

  /** The state of a lab that never ran, whatever its file says. */
  static blank(dir: string): LabState {
    return new LabState(dir, empty());
  }

  get services(): readonly ServiceRecord[] {
    return Object.values(this.#content.services);
  }

  get ports(): Readonly<Record<string, number>> {
    return this.#content.ports;
  }

  get endpoints(): Readonly<Record<string, unknown>> {
    return this.#content.endpoints;
  }

  service(name: string): ServiceRecord | undefined {
    return this.#content.services[name];
  }

  /** The secret kept under `name`, made by `generate` the first time. */
  secret(name: string, generate: () => string): string {
    const known = this.#content.secrets[name];
    if (known !== undefined) return known;
    const secret = generate();
    this.#content.secrets[name] = secret;
    this.#save();
    return secret;
  }

  setService(record: ServiceRecord): void {
    this.#content.services[record.name] = record;
    this.#save();
  }

  removeService(name: string): void {
    delete this.#content.services[name];
    this.#save();
  }

  setPort(name: string, port: number): void {
    this.#content.ports[name] = port;
    this.#save();
  }

  setEndpoints(part: string, value: unknown): void {
    this.#content.endpoints[part] = value;
    this.#save();
  }

  clearEndpoints(): void {
    this.#content.endpoints = {};
    this.#save();
  }

  /** Written whole beside the file, then renamed: a reader, or a crash, never sees half of it. */
  #save(): void {
    mkdirSync(this.dir, { recursive: true });
    const file = join(this.dir, 'state.json');
    const temporary = `${file}.${process.pid}.tmp`;
    writeFileSync(temporary, `${JSON.stringify(this.#content, null, 2)}\n`, { mode: 0o600 });
    chmodSync(temporary, 0o600);
    renameSync(temporary, file);
  }
}
