import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { execa } from 'execa';
import { issueAuthority, issueCertificate } from '../../cluster/pki/certificates.ts';
import { ensureTools, toolPath } from '../../tools/index.ts';
import { startWithCommit } from './helpers.ts';

export interface GhResult {
  exitCode: number | undefined;
  stdout: string;
  /** Its standard output and errors. */
  all: string;
}

export type GhScene = Awaited<ReturnType<typeof startGhScene>>;

/**
 * Starts a hub with `alice/shop` and GitHub's command line beside it, which speaks nothing but HTTPS:
 * https://cli.github.com/manual/gh_help_environment
 */
export async function startGhScene() {
  await ensureTools(['gh']);
  const test = await startWithCommit();
  const dir = await mkdtemp(join(tmpdir(), 'hub-gh-'));
  const now = new Date();
  const authority = await issueAuthority('cluster', now);
  const identity = { authority: 'cluster', commonName: 'hub', use: ['server'], addresses: ['127.0.0.1'] } as const;
  const server = await startTlsFront(test.hub.url, await issueCertificate(identity, authority, now));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const authorityFile = join(dir, 'authority.pem');
  await writeFile(authorityFile, authority.certificate);
  await mkdir(join(dir, 'home'));

  /** Runs `gh` as the owner of a token, in the work tree. */
  const gh = async (args: readonly string[], { token = test.alice, input = '' } = {}): Promise<GhResult> => {
    const { exitCode, stdout, all } = await execa(toolPath('gh'), args, {
      cwd: test.work.directory,
      input,
      all: true,
      reject: false,
      extendEnv: false,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: join(dir, 'home'),
        GH_HOST: host,
        GH_ENTERPRISE_TOKEN: token,
        GH_NO_UPDATE_NOTIFIER: '1',
        GH_PROMPT_DISABLED: '1',
        NO_COLOR: '1',
        SSL_CERT_FILE: authorityFile,
      },
    });
    return { exitCode, stdout, all };
  };
  /** Runs `gh`, which must succeed. @returns what it prints on its standard output */
  const run = async (...args: string[]): Promise<string> => {
    const { exitCode, stdout, all } = await gh(args);
    if (exitCode !== 0) throw new Error(`gh ${args.join(' ')} exited with ${exitCode}: ${all}`);
    return stdout;
  };
  const readJson = async <T>(...args: string[]): Promise<T> => JSON.parse(await run(...args)) as T;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await test.close();
    await rm(dir, { recursive: true, force: true });
  };
  return { ...test, dir, host, url: `https://${host}`, repository: `${host}/alice/shop`, gh, run, readJson, close };
}

/** Serves the hub over HTTPS. Its addresses in JSON and in headers become those of the front. */
async function startTlsFront(hubUrl: string, pair: { certificate: string; key: string }): Promise<Server> {
  const hub = new URL(hubUrl);
  const server = createServer({ cert: pair.certificate, key: pair.key }, (incoming, outgoing) => {
    const ownUrl = `https://${incoming.headers.host}`;
    const { method, url: path, headers } = incoming;
    const upstream = httpRequest({
      host: hub.hostname,
      port: hub.port,
      method,
      path,
      headers: { ...headers, host: hub.host },
    });
    upstream.on('error', () => outgoing.destroy());
    upstream.on('response', async (response) => {
      const body = await buffer(response);
      const isJson = response.headers['content-type']?.includes('json');
      const content = isJson ? Buffer.from(body.toString().replaceAll(hubUrl, ownUrl)) : body;
      const { 'transfer-encoding': _, ...rest } = response.headers;
      for (const name of ['link', 'location'] as const) {
        const value = rest[name];
        if (typeof value === 'string') rest[name] = value.replaceAll(hubUrl, ownUrl);
      }
      if (method !== 'HEAD' && response.statusCode !== 204) rest['content-length'] = String(content.length);
      outgoing.writeHead(response.statusCode ?? 500, rest);
      outgoing.end(content);
    });
    incoming.pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
