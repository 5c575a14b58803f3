import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  generateKeyPair,
  issueAuthority,
  issueCertificate,
  isValidAuthority,
  isValidCertificate,
  type KeyPair,
} from './certificates.ts';
import {
  type Authority,
  authorities,
  type Identity,
  type IdentityName,
  identities,
  identityNames,
} from './identities.ts';

export type { KeyPair } from './certificates.ts';

export interface Pki {
  /** Certificates of the authorities. Only this module reads their keys. */
  authorities: Record<Authority, string>;
  identities: Record<IdentityName, KeyPair>;
  /** Signs the tokens of service accounts. */
  serviceAccounts: { key: string; publicKey: string };
  /** Path of a file of this PKI: a certificate (`.crt`), a key (`.key`) or the certificate of an authority (`ca-NAME.crt`). */
  file(name: string): string;
}

/**
 * The certificates in `dir`. Missing ones are created. Those that expire within 30 days, have other addresses than the
 * table or come from an authority that was replaced are reissued.
 */
export async function ensurePki(dir: string, now = new Date()): Promise<Pki> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const signers = new Map<Authority, KeyPair>();
  for (const name of authorities) signers.set(name, await ensureAuthority(dir, name, now));
  const getSigner = (name: Authority) => signers.get(name) as KeyPair;

  const pairs = new Map<IdentityName, KeyPair>();
  for (const name of identityNames) {
    const identity: Identity = identities[name];
    const signer = getSigner(identity.authority);
    const existing = readPair(dir, name);
    const pair =
      existing && isValidCertificate(existing, { identity, signer, now })
        ? existing
        : await issueCertificate(identity, signer, now);
    if (pair !== existing) await writePair(dir, name, pair);
    pairs.set(name, pair);
  }
  return {
    authorities: Object.fromEntries(
      authorities.map((name) => [name, getSigner(name).certificate]),
    ) as Pki['authorities'],
    identities: Object.fromEntries(pairs) as Pki['identities'],
    serviceAccounts: await ensureServiceAccountKeys(dir),
    file: (name) => join(dir, name),
  };
}

async function ensureAuthority(dir: string, name: Authority, now: Date): Promise<KeyPair> {
  const existing = readPair(dir, `ca-${name}`);
  if (existing && isValidAuthority(existing, now)) return existing;
  const pair = await issueAuthority(name, now);
  await writePair(dir, `ca-${name}`, pair);
  return pair;
}

async function ensureServiceAccountKeys(dir: string): Promise<Pki['serviceAccounts']> {
  const [keyFile, publicFile] = [join(dir, 'service-accounts.key'), join(dir, 'service-accounts.pub')];
  if (existsSync(keyFile) && existsSync(publicFile)) {
    return { key: readFileSync(keyFile, 'utf8'), publicKey: readFileSync(publicFile, 'utf8') };
  }
  const keys = await generateKeyPair();
  await writeAtomically(publicFile, keys.publicKey);
  await writeAtomically(keyFile, keys.key);
  return keys;
}

function readPair(dir: string, name: string): KeyPair | undefined {
  const [certificate, key] = [join(dir, `${name}.crt`), join(dir, `${name}.key`)];
  if (!existsSync(certificate) || !existsSync(key)) return undefined;
  return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
}

/** Writes the key first: a crash in between leaves no certificate, so that both are created again. */
async function writePair(dir: string, name: string, { certificate, key }: KeyPair): Promise<void> {
  await writeAtomically(join(dir, `${name}.key`), key);
  await writeAtomically(join(dir, `${name}.crt`), certificate);
}

async function writeAtomically(file: string, text: string): Promise<void> {
  await writeFile(`${file}.tmp`, text, { mode: 0o600 });
  await rename(`${file}.tmp`, file);
}
