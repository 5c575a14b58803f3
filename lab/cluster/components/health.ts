import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { KeyPair } from '../pki/index.ts';

/** Certificates for a TLS connection with a component. */
export interface Credentials {
  authority: string;
  client?: KeyPair;
}

/** Resolves if a request for `path` over the unix socket gets status 200; otherwise rejects with the response. */
export async function checkHealth(socketPath: string, path: string, credentials?: Credentials): Promise<void> {
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
      else reject(new Error(`${path} responded with status ${response.statusCode}: ${text.trim().slice(-200)}`));
    } catch (error) {
      reject(error);
    }
  });
  request.on('timeout', () => request.destroy(new Error(`${path} did not respond within 2 s`)));
  request.on('error', reject);
  request.end();
  return promise;
}

/** Resolves if a process listens on the unix socket. */
export async function checkListening(socketPath: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect(socketPath, resolve).on('error', reject);
  try {
    await promise;
  } finally {
    socket.destroy();
  }
}
