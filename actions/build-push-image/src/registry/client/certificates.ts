import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { debug } from '../../../../lib/runner/commands.ts';
import type { Environment } from '../../../../lib/runner/inputs.ts';
import { ToolError } from '../../buildx/tool-error.ts';

/** OpenSSL's names for a certificate whose issuer is unknown: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const UNKNOWN_ISSUER = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);
const INVALID_CERTIFICATE = /^(?:CERT_|ERR_TLS_CERT_ALTNAME_INVALID$)/;
/** What a server that does not use TLS causes. */
const NO_TLS = new Set(['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG']);

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code ?? '');

/** Whether more certificate authorities may help. */
export const isUnknownIssuer = (error: unknown): boolean => UNKNOWN_ISSUER.has(codeOf(error));

/** The connection to a registry cannot be encrypted, or its certificate is not trusted. */
export class TlsError extends ToolError {
  override name = 'TlsError';
}

/** The error for a failed TLS handshake with a host; `undefined` for any other error. */
export function toTlsError(error: unknown, host: string): TlsError | undefined {
  const code = codeOf(error);
  if (isUnknownIssuer(error))
    return new TlsError('final', {
      what: `the certificate of ${host} is not trusted`,
      why: `no known certificate authority has issued it (${code})`,
      next: 'Set NODE_EXTRA_CA_CERTS for the step to a file with the certificate of the authority (PEM). The certificates of the system, of SSL_CERT_FILE, of /etc/docker/certs.d and of the builder were tried too.',
      cause: error,
    });
  if (INVALID_CERTIFICATE.test(code))
    return new TlsError('final', {
      what: `the certificate of ${host} is not valid`,
      why: `${(error as Error).message} (${code})`,
      next: 'Correct the certificate of the registry, and check that `registry` is the name that it is for.',
      cause: error,
    });
  if (NO_TLS.has(code))
    return new TlsError('final', {
      what: `${host} does not use TLS`,
      why: `registries are requested with https, plain HTTP is only for localhost (${code})`,
      next: 'Give the registry a certificate, or forward a port of localhost to it. The setting `http = true` of BuildKit applies to builds only.',
      cause: error,
    });
  return undefined;
}

/**
 * Certificates of authorities besides Node's own: those of the system, of `SSL_CERT_FILE`, of Docker for this host, and of the builders.
 * They are loaded only after a connection failed without them, because reading the system's takes time.
 */
export async function loadAuthorities(host: string, env: Environment): Promise<string[]> {
  const found = await Promise.all([
    env.SSL_CERT_FILE ? readIfPresent(env.SSL_CERT_FILE) : undefined,
    // https://docs.docker.com/engine/security/certificates/
    ...(await listFiles(join('/etc/docker/certs.d', host), '.crt')).map(readIfPresent),
    ...(await listFiles(join(buildxDirectory(env), 'instances'), '')).map(readBuilderCertificates),
  ]);
  return [...systemAuthorities(), ...found.flatMap((text) => text ?? [])];
}

/** Node's own, with those of `NODE_EXTRA_CA_CERTS`. */
export const defaultAuthorities = (): string[] =>
  // Since Node 22.15.
  tls.getCACertificates?.('default') ?? [...tls.rootCertificates];

const systemAuthorities = (): string[] => tls.getCACertificates?.('system') ?? [];

const buildxDirectory = (env: Environment): string =>
  env.BUILDX_CONFIG || join(env.DOCKER_CONFIG || join(homedir(), '.docker'), 'buildx');

/**
 * The certificates that buildx copies into the container of a builder. The file of an instance holds them in base64, below `certs/`:
 * https://github.com/docker/buildx/blob/master/util/confutil/container.go
 */
async function readBuilderCertificates(path: string): Promise<string | undefined> {
  const text = await readIfPresent(path);
  if (text === undefined) return undefined;
  try {
    const { Nodes } = JSON.parse(text) as { Nodes?: { Files?: Record<string, string> | null }[] | null };
    const files = (Nodes ?? []).flatMap(({ Files }) => Object.entries(Files ?? {}));
    const certificates = files
      .filter(([name]) => /certs[/\\].*\.(?:crt|pem)$/.test(name))
      .map(([, content]) => Buffer.from(content, 'base64').toString('utf8'));
    return certificates.length === 0 ? undefined : certificates.join('\n');
  } catch (error) {
    debug(`the builder in ${path} has no readable certificates: ${(error as Error).message}`);
    return undefined;
  }
}

async function listFiles(directory: string, suffix: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((e) => !e.isDirectory() && e.name.endsWith(suffix)).map(({ name }) => join(directory, name));
  } catch (error) {
    debug(`no certificates in ${directory}: ${(error as Error).message}`);
    return [];
  }
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    debug(`no certificates from ${path}: ${(error as Error).message}`);
    return undefined;
  }
}
