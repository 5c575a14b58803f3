import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { startServer } from '../../../../../scripts/test-support/server.ts';
import { Connections } from '../../../src/registry/client/connections.ts';
import { sendRequest } from '../../../src/registry/client/registry-request.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const LIMITS = { bytes: 1000, seconds: 10 };

let directory: string;
let certificate: string;
let server: Server;
let connected = 0;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'certificates-'));
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const names = new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }]);
  const created = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=registry',
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [names],
  });
  certificate = created.toString('pem');
  writeFileSync(join(directory, 'ca.crt'), certificate);
  const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  server = createServer(
    { cert: certificate, key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n` },
    (_request, response) => response.end('{}'),
  );
  server.on('secureConnection', () => connected++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(directory, { recursive: true });
});

const request = (connections: Connections, host = `127.0.0.1:${(server.address() as AddressInfo).port}`) =>
  sendRequest({ url: `https://${host}/v2/`, authorization: undefined }, LIMITS, { connections, server: 'it' });

describe('a certificate of a private authority', () => {
  it('is trusted with SSL_CERT_FILE, by several requests at a time and by later ones on the same connection', async () => {
    const connections = new Connections({ SSL_CERT_FILE: join(directory, 'ca.crt'), BUILDX_CONFIG: directory });
    const responses = await Promise.all([1, 2, 3].map(() => request(connections)));
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200]);
    const before = connected;
    expect((await request(connections)).status).toBe(200);
    expect(connected).toBe(before);
  });

  it('is trusted with the certificates of a builder', async () => {
    const instances = join(directory, 'buildx', 'instances');
    mkdirSync(instances, { recursive: true });
    const files = { 'certs/registry.example/ca.crt': Buffer.from(certificate).toString('base64') };
    writeFileSync(join(instances, 'mine'), JSON.stringify({ Name: 'mine', Nodes: [{ Name: 'mine0', Files: files }] }));
    writeFileSync(join(instances, 'damaged'), '{');
    const connections = new Connections({ BUILDX_CONFIG: join(directory, 'buildx') });
    expect((await request(connections)).status).toBe(200);
  });

  it('is refused otherwise, and the error names the cause and what to set', async () => {
    await expect(request(new Connections({ BUILDX_CONFIG: directory }))).rejects.toMatchObject({
      what: expect.stringMatching(/^the certificate of 127\.0\.0\.1:\d+ is not trusted$/),
      why: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT'),
      next: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
  });
});

it('a server without TLS is an error that says so, and is never asked without TLS', async () => {
  const requests: string[] = [];
  const plain = await startServer((message, response) => {
    requests.push(message.url ?? '');
    response.end();
  });
  await expect(request(new Connections({}), plain.host)).rejects.toMatchObject({
    what: `${plain.host} does not use TLS`,
    next: expect.stringContaining('http = true'),
  });
  expect(requests).toEqual([]);
  await plain.close();
});
