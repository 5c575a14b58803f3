import { Agent as PlainAgent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { Environment } from '../../../../lib/runner/inputs.ts';
import { defaultAuthorities, loadAuthorities } from './certificates.ts';

const PROXY_VARIABLES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'];

/** Connections that are kept open, by origin. Idle ones do not keep the process running. */
export class Connections {
  readonly #env: Environment;
  readonly #agents = new Map<string, Promise<PlainAgent>>();
  /** Agents that trust all authorities that are known, and their origins. */
  readonly #trusting = new WeakSet<PlainAgent>();
  readonly #extended = new Set<string>();
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
   * Trust more certificate authorities for an origin.
   * @param used the agent of the connection that failed
   * @returns whether another attempt would trust more
   */
  async trustMore({ origin, host }: URL, used: PlainAgent): Promise<boolean> {
    const loading = this.#authorities.get(host) ?? loadAuthorities(host, this.#env);
    this.#authorities.set(host, loading);
    if ((await loading).length === 0) return false;
    if (this.#trusting.has(used)) return false;
    // Several connections can fail at a time: the first replaces the agent.
    if (!this.#extended.has(origin)) this.#agents.delete(origin);
    this.#extended.add(origin);
    return true;
  }

  private async create(origin: string, protocol: string, host: string): Promise<PlainAgent> {
    const authorities = await this.#authorities.get(host);
    const tls = authorities === undefined ? {} : { ca: [...defaultAuthorities(), ...authorities] };
    const agent = PROXY_VARIABLES.some((name) => process.env[name])
      ? await createProxyAgent(origin, tls)
      : protocol === 'https:'
        ? new TlsAgent({ keepAlive: true, ...tls })
        : new PlainAgent({ keepAlive: true });
    if (authorities !== undefined) this.#trusting.add(agent);
    return agent;
  }
}

/** The agent for the proxy of an origin, or for none if `NO_PROXY` excludes it. */
async function createProxyAgent(origin: string, tls: object): Promise<PlainAgent> {
  // A large package, which only proxies need: Node itself does not use them.
  const { HttpClient } = await import('@actions/http-client');
  const client = new HttpClient(undefined, [], { keepAlive: true });
  const agent: PlainAgent & { options?: object } = client.getAgent(origin);
  Object.assign(agent.options ?? {}, tls);
  return agent;
}
