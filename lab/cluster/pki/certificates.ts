import 'reflect-metadata';
import { randomBytes, X509Certificate } from 'node:crypto';
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
import type { Authority, Identity } from './identities.ts';

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;
const DAY_MS = 24 * 60 * 60 * 1000;

/** A lab exists for days; an authority outlives every certificate that it signs. */
const VALID_DAYS = { authority: 3650, identity: 365 } as const;
const RENEW_DAYS = 30;

/** A certificate and its private key, in PEM. */
export interface KeyPair {
  certificate: string;
  key: string;
}

/** Issues the self-signed certificate of an authority. */
export async function issueAuthority(name: Authority, now: Date): Promise<KeyPair> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...createValidity(now, VALID_DAYS.authority),
    name: [{ CN: [`lab ${name} authority`] }],
    keys,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, key: await exportKey('pkcs8', keys.privateKey) };
}

/** Issues a certificate for `identity`, signed by `signer`. */
export async function issueCertificate(identity: Identity, signer: KeyPair, now: Date): Promise<KeyPair> {
  const keys = await generateKeys();
  const authority = new IssuedCertificate(signer.certificate);
  const names = getSubjectAltNames(identity);
  const certificate = await X509CertificateGenerator.create({
    ...createValidity(now, VALID_DAYS.identity),
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

function getSubjectAltNames({ dns = [], addresses = [] }: Identity): JsonGeneralName[] {
  const name = (type: GeneralNameType) => (value: string) => ({ type, value });
  return [...dns.map(name('dns')), ...addresses.map(name('ip'))];
}

/** Whether an authority outlives every certificate that it signs now. */
export function isValidAuthority({ certificate }: KeyPair, now: Date): boolean {
  return getRemainingDays(new X509Certificate(certificate), now) > VALID_DAYS.identity + RENEW_DAYS;
}

/** Whether the certificate matches `identity`, is signed by `signer` and does not expire soon. */
export function isValidCertificate(
  pair: KeyPair,
  { identity, signer, now }: { identity: Identity; signer: KeyPair; now: Date },
): boolean {
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
    getRemainingDays(certificate, now) > RENEW_DAYS &&
    certificate.verify(new X509Certificate(signer.certificate).publicKey)
  );
}

/** Generates a key pair without a certificate, in PEM. */
export async function generateKeyPair(): Promise<{ key: string; publicKey: string }> {
  const keys = await generateKeys();
  return { key: await exportKey('pkcs8', keys.privateKey), publicKey: await exportKey('spki', keys.publicKey) };
}

const generateKeys = () => crypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);

/** Valid since yesterday, so that a clock that is set back does not matter. */
function createValidity(now: Date, days: number) {
  return {
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter: new Date(now.getTime() + days * DAY_MS),
  };
}

const getRemainingDays = (certificate: X509Certificate, now: Date) =>
  (Date.parse(certificate.validTo) - now.getTime()) / DAY_MS;

async function exportKey(format: 'pkcs8' | 'spki', key: CryptoKey): Promise<string> {
  const label = format === 'pkcs8' ? 'PRIVATE KEY' : 'PUBLIC KEY';
  const base64 = Buffer.from(await crypto.subtle.exportKey(format, key)).toString('base64');
  return `-----BEGIN ${label}-----\n${base64.replaceAll(/.{64}/g, '$&\n').trimEnd()}\n-----END ${label}-----\n`;
}

async function importKey(pem: string): Promise<CryptoKey> {
  const der = Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64');
  return crypto.subtle.importKey('pkcs8', der, CURVE, false, ['sign']);
}
