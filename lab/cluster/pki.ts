import 'reflect-metadata';
import { randomBytes, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type GeneralNameType,
  X509Certificate as IssuedCertificate,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import {
  type Authority,
  authorities,
  type Identity,
  type IdentityName,
  identities,
  identityNames,
} from './identities.ts';

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;
const DAY = 24 * 60 * 60 * 1000;

/** A lab is a matter of days; authorities outlive every certificate they sign. */
const VALID_DAYS = { authority: 3650, identity: 365 } as const;
const RENEW_DAYS = 30;

/** A certificate and its private key, in PEM. */
export interface KeyPair {
  certificate: string;
  key: string;
}

export interface Pki {
  /** Certificates of the authorities. Their keys are read by this module alone. */
  authorities: Record<Authority, string>;
  identities: Record<IdentityName, KeyPair>;
  /** Signs the tokens of service accounts. */
  serviceAccounts: { key: string; publicKey: string };
  /** Path of a file of this pki: a certificate (`.crt`), a key (`.key`) or an authority's certificate (`ca-NAME.crt`). */
  file(name: string): string;
}

/**
 * The certificates kept in `dir`. Missing ones are made; those that expire within 30 days, name other addresses than
 * they should or come from an authority that was made anew are replaced.
 */
export async function ensurePki(dir: string, now = new Date()): Promise<Pki> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const signers = new Map<Authority, KeyPair>();
  for (const name of authorities) signers.set(name, await ensureAuthority(dir, name, now));
  const signerOf = (name: Authority) => signers.get(name) as KeyPair;

  const pairs = new Map<IdentityName, KeyPair>();
  for (const name of identityNames) {
    const identity: Identity = identities[name];
    const signer = signerOf(identity.authority);
    const kept = readPair(dir, name);
    const pair = kept && serves(kept, identity, signer, now) ? kept : await issue(identity, signer, now);
    if (pair !== kept) await writePair(dir, name, pair);
    pairs.set(name, pair);
  }
  return {
    authorities: Object.fromEntries(
      authorities.map((name) => [name, signerOf(name).certificate]),
    ) as Pki['authorities'],
    identities: Object.fromEntries(pairs) as Pki['identities'],
    serviceAccounts: await ensureTokenKeys(dir),
    file: (name) => join(dir, name),
  };
}

async function ensureAuthority(dir: string, name: Authority, now: Date): Promise<KeyPair> {
  const kept = readPair(dir, `ca-${name}`);
  if (kept && daysLeft(new X509Certificate(kept.certificate), now) > VALID_DAYS.identity + RENEW_DAYS) return kept;
  const keys = await crypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...validity(now, VALID_DAYS.authority),
    name: [{ CN: [`lab ${name} authority`] }],
    keys,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const pair = { certificate: `${certificate.toString('pem')}\n`, key: await exportKey('pkcs8', keys.privateKey) };
  await writePair(dir, `ca-${name}`, pair);
  return pair;
}

/** Signs a new certificate for `identity`. */
async function issue(identity: Identity, signer: KeyPair, now: Date): Promise<KeyPair> {
  const keys = await crypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
  const authority = new IssuedCertificate(signer.certificate);
  const names = namesOf(identity);
  const certificate = await X509CertificateGenerator.create({
    ...validity(now, VALID_DAYS.identity),
    subject: [...(identity.organization ? [{ O: [identity.organization] }] : []), { CN: [identity.commonName] }],
    issuer: authority.subject,
    publicKey: keys.publicKey,
    signingKey: await importKey(signer.key),
    signingAlgorithm: SIGNATURE,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension(
        identity.use.map((use) => (use === 'server' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth)),
      ),
      await AuthorityKeyIdentifierExtension.create(authority),
      ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, key: await exportKey('pkcs8', keys.privateKey) };
}

function namesOf({ dns = [], addresses = [] }: Identity): JsonGeneralName[] {
  const name = (type: GeneralNameType) => (value: string) => ({ type, value });
  return [...dns.map(name('dns')), ...addresses.map(name('ip'))];
}

/** Does the kept pair still say what `identity` says, signed by this signer, for long enough? */
function serves(pair: KeyPair, identity: Identity, signer: KeyPair, now: Date): boolean {
  const certificate = new X509Certificate(pair.certificate);
  const subject = [...(identity.organization ? [`O=${identity.organization}`] : []), `CN=${identity.commonName}`];
  const names = [
    ...(identity.dns ?? []).map((name) => `DNS:${name}`),
    ...(identity.addresses ?? []).map((address) => `IP Address:${address}`),
  ];
  const uses = identity.use.map((use) =>
    use === 'server' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth,
  );
  return (
    certificate.subject === subject.join('\n') &&
    (certificate.subjectAltName ?? '') === names.join(', ') &&
    certificate.keyUsage?.join() === uses.join() &&
    daysLeft(certificate, now) > RENEW_DAYS &&
    certificate.verify(new X509Certificate(signer.certificate).publicKey)
  );
}

async function ensureTokenKeys(dir: string): Promise<{ key: string; publicKey: string }> {
  const [keyFile, publicFile] = [join(dir, 'service-accounts.key'), join(dir, 'service-accounts.pub')];
  if (existsSync(keyFile) && existsSync(publicFile)) {
    return { key: readFileSync(keyFile, 'utf8'), publicKey: readFileSync(publicFile, 'utf8') };
  }
  const keys = await crypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
  const [key, publicKey] = [await exportKey('pkcs8', keys.privateKey), await exportKey('spki', keys.publicKey)];
  await writeWhole(publicFile, publicKey);
  await writeWhole(keyFile, key);
  return { key, publicKey };
}

function readPair(dir: string, name: string): KeyPair | undefined {
  const [certificate, key] = [join(dir, `${name}.crt`), join(dir, `${name}.key`)];
  if (!existsSync(certificate) || !existsSync(key)) return undefined;
  return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
}

/** The key first: a crash in between leaves no certificate, so that both are made anew. */
async function writePair(dir: string, name: string, { certificate, key }: KeyPair): Promise<void> {
  await writeWhole(join(dir, `${name}.key`), key);
  await writeWhole(join(dir, `${name}.crt`), certificate);
}

async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.tmp`, text, { mode: 0o600 });
  await rename(`${file}.tmp`, file);
}

/** From a day ago, so that a clock that is set back meanwhile does not matter. */
function validity(now: Date, days: number) {
  return {
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    notBefore: new Date(now.getTime() - DAY),
    notAfter: new Date(now.getTime() + days * DAY),
  };
}

const daysLeft = (certificate: X509Certificate, now: Date) => (Date.parse(certificate.validTo) - now.getTime()) / DAY;

async function exportKey(format: 'pkcs8' | 'spki', key: CryptoKey): Promise<string> {
  const label = format === 'pkcs8' ? 'PRIVATE KEY' : 'PUBLIC KEY';
  const base64 = Buffer.from(await crypto.subtle.exportKey(format, key)).toString('base64');
  return `-----BEGIN ${label}-----\n${base64.replaceAll(/.{64}/g, '$&\n').trimEnd()}\n-----END ${label}-----\n`;
}

async function importKey(pem: string): Promise<CryptoKey> {
  const der = Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64');
  return crypto.subtle.importKey('pkcs8', der, CURVE, false, ['sign']);
}
