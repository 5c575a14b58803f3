import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { KeyPair } from './pki.ts';

/** How to trust and be trusted by a component that speaks TLS. */
export interface Credentials {
  authority: string;
  client?: KeyPair;
}

/** Resolves when `path`, asked for over the unix socket, is answered with status 200; rejects with what was answered instead. */
export async function requireOk(socketPath: string, path: string, credentials?: Credentials): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const options = { socketPath, path, timeout: 2_000, agent: false };
  const request = credentials
    ? httpsRequest({
        ...options,
        servername: 'localhost',
        ca: credentials.authority,
        ...(credentials.client ? { cert: credentials.client.certificate, key: credentials.client.key } : {}),
      })
    : httpRequest(options);
  request.on('response', async (response) => {
    let text = '';
    try {
      for await (const chunk of response) text += chunk;
      if (response.statusCode === 200) resolve();
      else reject(new Error(`it answers ${path} with status ${response.statusCode}: ${text.trim().slice(-200)}`));
    } catch (error) {
      reject(error);
    }
  });
  request.on('timeout', () => request.destroy(new Error(`it does not answer ${path} within 2 s`)));
  request.on('error', reject);
  request.end();
  return promise;
}

/** Resolves when somebody listens at the unix socket. */
export async function requireListener(socketPath: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect(socketPath, resolve).on('error', reject);
  try {
    await promise;
  } finally {
    socket.destroy();
  }
}
