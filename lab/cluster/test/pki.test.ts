import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { authorities, identities, identityNames } from '../pki/identities.ts';
import { ensurePki } from '../pki/index.ts';
import { createKubeconfig } from '../pki/kubeconfig.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lab-pki-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const DAY = 24 * 60 * 60 * 1000;
const inDays = (days: number) => new Date(Date.now() + days * DAY);

describe('the table of identities', () => {
  it('has a separate name for every client, so that each has only its own permissions', () => {
    const clients = identityNames.filter((name) => (identities[name].use as readonly string[]).includes('client'));
    const users = clients.map((name) => `${identities[name].authority}/${identities[name].commonName}`);
    expect(new Set(users).size).toBe(users.length);
  });

  it('has one master, the administrator, and one client of etcd, the API server', () => {
    const masters = identityNames.filter(
      (name) => 'organization' in identities[name] && identities[name].organization === 'system:masters',
    );
    expect(masters).toEqual(['admin']);
    expect(identityNames.filter((name) => identities[name].authority === 'etcd')).toEqual([
      'etcd',
      'apiserver-etcd-client',
    ]);
  });
});

describe('ensurePki', () => {
  it.each(identityNames)(
    '%s: has the subject, names and uses of the table, and is signed only by its authority',
    async (name) => {
      const pki = await ensurePki(dir);
      const certificate = new X509Certificate(pki.identities[name].certificate);
      const identity = identities[name];
      expect(certificate.subject.split('\n')).toContain(`CN=${identity.commonName}`);
      const names = certificate.subjectAltName ?? '';
      for (const dns of 'dns' in identity ? identity.dns : []) expect(names).toContain(`DNS:${dns}`);
      for (const address of 'addresses' in identity ? identity.addresses : [])
        expect(names).toContain(`IP Address:${address}`);
      expect(certificate.keyUsage).toHaveLength(identity.use.length);
      expect(certificate.ca).toBe(false);
      for (const authority of authorities) {
        const { publicKey } = new X509Certificate(pki.authorities[authority]);
        expect(certificate.verify(publicKey)).toBe(authority === identity.authority);
      }
    },
  );

  it('keeps valid certificates', async () => {
    const first = await ensurePki(dir);
    const second = await ensurePki(dir);
    expect(second.identities).toEqual(first.identities);
    expect(second.authorities).toEqual(first.authorities);
    expect(second.serviceAccounts).toEqual(first.serviceAccounts);
  });

  it('renews certificates before they expire, and keeps the authorities', async () => {
    const first = await ensurePki(dir);
    const early = await ensurePki(dir, inDays(300));
    expect(early.identities).toEqual(first.identities);
    const late = await ensurePki(dir, inDays(340));
    for (const name of identityNames)
      expect(late.identities[name].certificate).not.toBe(first.identities[name].certificate);
    expect(late.authorities).toEqual(first.authorities);
  });

  it('reissues the certificates of an authority that was replaced', async () => {
    const first = await ensurePki(dir);
    rmSync(join(dir, 'ca-etcd.key'));
    const second = await ensurePki(dir);
    expect(second.authorities.etcd).not.toBe(first.authorities.etcd);
    expect(second.identities.etcd.certificate).not.toBe(first.identities.etcd.certificate);
    expect(second.identities.kubelet).toEqual(first.identities.kubelet);
  });

  it('reissues a certificate with other addresses or another subject', async () => {
    const first = await ensurePki(dir);
    for (const kind of ['crt', 'key']) {
      writeFileSync(join(dir, `apiserver.${kind}`), readFileSync(join(dir, `scheduler.${kind}`)));
    }
    const second = await ensurePki(dir);
    expect(new X509Certificate(second.identities.apiserver.certificate).subject).toBe('CN=kube-apiserver');
    expect(second.identities.scheduler).toEqual(first.identities.scheduler);
  });

  it('creates files that other users cannot read', async () => {
    await ensurePki(dir);
    for (const file of readdirSync(dir)) expect(statSync(join(dir, file)).mode & 0o077).toBe(0);
  });

  it('creates certificates for mutual TLS', async () => {
    const pki = await ensurePki(dir);
    const server = createServer(
      {
        cert: pki.identities.apiserver.certificate,
        key: pki.identities.apiserver.key,
        ca: pki.authorities.cluster,
        requestCert: true,
        rejectUnauthorized: true,
      },
      (incoming, response) => {
        const subject = (
          incoming.socket as unknown as { getPeerCertificate(): { subject: { CN: string } } }
        ).getPeerCertificate().subject;
        response.end(subject.CN);
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const request = (name: 'admin' | 'front-proxy-client') =>
      new Promise<string>((resolve) => {
        const pair = pki.identities[name];
        get(
          { host: '127.0.0.1', port, ca: pki.authorities.cluster, cert: pair.certificate, key: pair.key, agent: false },
          (response) => {
            response.setEncoding('utf8').once('data', resolve);
          },
        ).on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
      });
    expect(await request('admin')).toBe('lab:admin');
    expect(await request('front-proxy-client')).toMatch(/ECONNRESET|UNKNOWN_CA/);
    server.close();
  });
});

describe('kubeconfig', () => {
  it('embeds all certificates', () => {
    const text = createKubeconfig('https://127.0.0.1:1', 'authority', { certificate: 'certificate', key: 'key' });
    const { clusters, users, contexts, 'current-context': current } = JSON.parse(text);
    const decode = (value: string) => Buffer.from(value, 'base64').toString();
    expect(clusters[0].cluster.server).toBe('https://127.0.0.1:1');
    expect(decode(clusters[0].cluster['certificate-authority-data'])).toBe('authority');
    expect(decode(users[0].user['client-certificate-data'])).toBe('certificate');
    expect(decode(users[0].user['client-key-data'])).toBe('key');
    expect(contexts[0].name).toBe(current);
  });
});
