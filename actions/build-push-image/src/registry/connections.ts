import { Agent as PlainAgent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { Environment } from '../../../lib/runner/inputs.ts';
import { defaultAuthorities, loadAuthorities } from './certificates.ts';

const PROXY_VARIABLES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'];

/** Connections that are kept open, by origin. Idle ones do not keep the process running. */
export class Connections {
  readonly #env: Environment;
  readonly #agents = new Map<string, Promise<PlainAgent>>();
  readonly #authorities = new Map<string, Promise<string[]>>();

  /** @param env where certificates and proxies are named */
  constructor(env: Environment) {
    this.#env = env;
  }

  agent({ origin, protocol, host }: URL): Promise<PlainAgent> {
    let agent = this.#agents.get(origin);
    if (agent === undefined) {
      agent = this.create(origin, protocol, host);
      this.#agents.set(origin, agent);
    }
    return agent;
  }

  /**
   * Trust more certificate authorities for a host, once.
   * @returns whether there are any that have not been tried
   */
  async trustMore({ origin, host }: URL): Promise<boolean> {
    if (this.#authorities.has(host)) return false;
    const loading = loadAuthorities(host, this.#env);
    this.#authorities.set(host, loading);
    if ((await loading).length === 0) return false;
    this.#agents.delete(origin);
    return true;
  }

  private async create(origin: string, protocol: string, host: string): Promise<PlainAgent> {
    const authorities = await this.#authorities.get(host);
    const tls = authorities === undefined ? {} : { ca: [...defaultAuthorities(), ...authorities] };
    if (PROXY_VARIABLES.some((name) => process.env[name])) {
      // A large package, which only proxies need: Node itself does not use them.
      const { HttpClient } = await import('@actions/http-client');
      const agent: PlainAgent & { options?: object } = new HttpClient(undefined, [], { keepAlive: true }).getAgent(
        origin,
      );
      Object.assign(agent.options ?? {}, tls);
      return agent;
    }
    return protocol === 'https:' ? new TlsAgent({ keepAlive: true, ...tls }) : new PlainAgent({ keepAlive: true });
  }
}
