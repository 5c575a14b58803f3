import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../errors.ts';
import type { ProcessIdentity } from './processes.ts';

/** The record of a started service, sufficient to find and stop it from another process. */
export interface ServiceRecord extends ProcessIdentity {
  name: string;
  command: string[];
  log: string;
  /** Its port on 127.0.0.1, if it has one. */
  port?: number;
  /** Hash of the settings it was started with. A service whose hash differs must be restarted. */
  fingerprint: string;
  since: string;
}

interface StateFile {
  version: 1;
  services: Record<string, ServiceRecord>;
  /** Ports by purpose. They are reused by the next start so that addresses do not change. */
  ports: Record<string, number>;
  /** Generated passwords and tokens by purpose. */
  secrets: Record<string, string>;
  /** How other programs reach the lab, by part. */
  endpoints: Record<string, unknown>;
}

const emptyState = (): StateFile => ({ version: 1, services: {}, ports: {}, secrets: {}, endpoints: {} });

/** `.lab/state.json`: the services, ports and endpoints of a lab. Readable only by its owner because it contains passwords. */
export class LabState {
  readonly dir: string;
  #content: StateFile;

  private constructor(dir: string, content: StateFile) {
    this.dir = dir;
    this.#content = content;
  }

  /** Reads the state of the lab in `dir`. The state of a lab that has never run is empty. */
  static load(dir: string): LabState {
    const file = join(dir, 'state.json');
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new LabState(dir, emptyState());
      throw error;
    }
    try {
      const content = JSON.parse(text) as StateFile;
      if (content.version !== 1) throw new Error(`version ${content.version}`);
      return new LabState(dir, { ...emptyState(), ...content });
    } catch (cause) {
      throw new LabError(
        `${file} is not a valid lab state.`,
        `Run \`npm run lab -- down --clean\`, which finds running processes without the file, and start again.`,
        { cause },
      );
    }
  }

  /** An empty state, regardless of the file. */
  static empty(dir: string): LabState {
    return new LabState(dir, emptyState());
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

  /** The secret called `name`; `generate` creates it on first use. */
  secret(name: string, generate: () => string): string {
    const existing = this.#content.secrets[name];
    if (existing !== undefined) return existing;
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

  /** Writes a temporary file and renames it, so that neither a reader nor a crash leaves a partial file. */
  #save(): void {
    mkdirSync(this.dir, { recursive: true });
    const file = join(this.dir, 'state.json');
    const temporary = `${file}.${process.pid}.tmp`;
    writeFileSync(temporary, `${JSON.stringify(this.#content, null, 2)}\n`, { mode: 0o600 });
    chmodSync(temporary, 0o600);
    renameSync(temporary, file);
  }
}
