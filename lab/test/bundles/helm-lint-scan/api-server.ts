import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import getPort from 'get-port';
import { ensurePki } from '../../../cluster/pki/index.ts';
import { ensureTools, toolPath } from '../../../tools/index.ts';

/** What the API server says of an object. */
export interface Answer {
  accepted: boolean;
  /** Its reason, when it refuses the object. */
  message: string;
}

/** What is needed of a CustomResourceDefinition. */
export interface Definition {
  spec: { group: string; names: { plural: string }; versions: { name: string; served: boolean }[] };
}

/** A kube-apiserver with its etcd, without nodes and controllers. */
export interface ApiServer {
  /** The minor version: 34 for 1.34. */
  minor: number;
  /** Creates an object as a dry run with strict field validation, as `kubectl create --dry-run=server --validate=strict` does. */
  ask(object: Record<string, unknown>): Promise<Answer>;
  /**
   * Creates a CustomResourceDefinition and waits until the server serves its objects.
   * @throws the server's reason when it refuses the definition
   */
  define(definition: Definition): Promise<void>;
  /** What it serves, from its discovery: `apps/v1`, `apps/v1/Deployment`, sorted. */
  served(): Promise<string[]>;
  /** Creates an object that later answers depend on. */
  create(object: Record<string, unknown>): Promise<void>;
  stop(): Promise<void>;
}

interface ApiResource {
  name: string;
  kind: string;
  namespaced: boolean;
}

const START_TIMEOUT_MS = 90_000;

/** Starts both programs of the lab on free ports of 127.0.0.1, in a directory of their own. */
export async function startApiServer(): Promise<ApiServer> {
  await ensureTools(['etcd', 'kube-apiserver']);
  const dir = mkdtempSync(join(tmpdir(), 'api-server-'));
  const pki = await ensurePki(join(dir, 'pki'));
  const [etcdPort, etcdPeerPort, port] = [await getPort(), await getPort(), await getPort()];
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const etcdPeerUrl = `http://127.0.0.1:${etcdPeerPort}`;
  const options = (log: string) =>
    ({
      reject: false,
      stdin: 'ignore',
      stdout: 'ignore',
      stderr: { file: join(dir, log) },
      env: { HOME: dir },
    }) as const;
  const etcd = execa(
    toolPath('etcd'),
    [
      `--data-dir=${join(dir, 'etcd')}`,
      '--unsafe-no-fsync',
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=${etcdPeerUrl}`,
      `--initial-advertise-peer-urls=${etcdPeerUrl}`,
      `--initial-cluster=default=${etcdPeerUrl}`,
    ],
    options('etcd.log'),
  );
  const server = execa(
    toolPath('kube-apiserver'),
    [
      '--bind-address=127.0.0.1',
      '--endpoint-reconciler-type=none',
      `--secure-port=${port}`,
      '--service-cluster-ip-range=10.0.0.0/16',
      `--tls-cert-file=${pki.file('apiserver.crt')}`,
      `--tls-private-key-file=${pki.file('apiserver.key')}`,
      `--client-ca-file=${pki.file('ca-cluster.crt')}`,
      '--authorization-mode=RBAC',
      // A Pod needs no service account that a controller would have to create first.
      '--disable-admission-plugins=ServiceAccount',
      // As in the clusters of most providers.
      '--allow-privileged=true',
      `--etcd-servers=${etcdUrl}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${pki.file('service-accounts.pub')}`,
      `--service-account-signing-key-file=${pki.file('service-accounts.key')}`,
    ],
    options('kube-apiserver.log'),
  );
  const { certificate: cert, key } = pki.identities.admin;
  const agent = new Agent({ keepAlive: true, maxSockets: 8, cert, key, ca: pki.authorities.cluster });
  const call = callServer(agent, port);

  const stop = async (): Promise<void> => {
    agent.destroy();
    for (const program of [server, etcd]) {
      program.kill('SIGKILL');
      await program;
    }
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const ended = Promise.race([etcd, server]).then(({ command }) => {
      throw new Error(`${command} ended before the API server was ready:\n${readLogs(dir)}`);
    });
    await Promise.race([waitUntilReady(call), ended]);
    const { minor } = (await call('GET', '/version')).body as { minor: string };
    const findResource = resourceFinder(call);
    const pathFor = async (object: Record<string, unknown>): Promise<string> => {
      const path = await findResource(String(object.apiVersion), String(object.kind));
      if (path === undefined) throw new Error(`no ${object.kind} in ${object.apiVersion}`);
      return path;
    };
    return {
      minor: Number.parseInt(minor, 10),
      stop,
      async define(definition) {
        const { status, body } = await call('POST', DEFINITIONS, definition);
        if (status !== 201) throw new Error((body as { message?: string }).message ?? `status ${status}`);
        const { group, names, versions } = definition.spec;
        for (const { name } of versions.filter(({ served }) => served))
          await waitUntilServed(call, `/apis/${group}/${name}/${names.plural}`);
      },
      served: () => listServed(call),
      async ask(object) {
        const resource = await pathFor(object);
        const response = await call('POST', `${resource}?dryRun=All&fieldValidation=Strict`, object).catch(asPanic);
        if (response === undefined) return { accepted: false, message: 'its validation panicked' };
        const { status, body } = response;
        const { message = '' } = body as { message?: string };
        if (status === 201) return { accepted: true, message: '' };
        if (status === 400 || status === 422 || status === 403) return { accepted: false, message };
        throw new Error(`${resource} responded with status ${status}: ${message}`);
      },
      async create(object) {
        const { status, body } = await call('POST', await pathFor(object), object);
        if (status !== 201)
          throw new Error(`${object.kind} was refused with status ${status}: ${JSON.stringify(body)}`);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?fieldValidation=Strict';

/** A panic ends the connection, as with a Job of 1.34 that has a success policy and no completions. */
function asPanic(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ECONNRESET') throw error;
}

async function waitUntilServed(call: Call, path: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while ((await call('GET', path)).status !== 200) {
    if (Date.now() > deadline) throw new Error(`${path} was not served after ${START_TIMEOUT_MS} ms`);
    await sleep(50);
  }
}

/** The last lines of both programs. */
const readLogs = (dir: string): string =>
  ['etcd.log', 'kube-apiserver.log'].map((name) => readFileSync(join(dir, name), 'utf8').slice(-2000)).join('\n');

type Call = (method: string, path: string, body?: unknown) => Promise<{ status: number; body: unknown }>;

function callServer(agent: Agent, port: number): Call {
  return async (method, path, body) => {
    const sent = request({
      host: '127.0.0.1',
      port,
      path,
      method,
      agent,
      headers: { 'content-type': 'application/json' },
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    const isJson = response.headers['content-type']?.startsWith('application/json') ?? false;
    return { status: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : text };
  };
}

/** Ready includes the namespace `default`, which the server creates itself. */
async function waitUntilReady(call: Call): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const statuses = await Promise.all(['/readyz', '/api/v1/namespaces/default'].map((path) => call('GET', path))).then(
      (responses) => responses.map(({ status }) => status),
      () => [],
    );
    if (statuses.length > 0 && statuses.every((status) => status === 200)) return;
    if (Date.now() > deadline) throw new Error(`kube-apiserver was not ready after ${START_TIMEOUT_MS} ms`);
    await sleep(100);
  }
}

/** As `GetVersionSet` in pkg/action/action.go of Helm reads it. */
async function listServed(call: Call): Promise<string[]> {
  const groups = (await call('GET', '/apis')).body as { groups: { versions: { groupVersion: string }[] }[] };
  const versions = groups.groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => groupVersion));
  const kinds = await Promise.all(
    ['v1', ...versions].map(async (version) => {
      const { body } = await call('GET', version === 'v1' ? '/api/v1' : `/apis/${version}`);
      return (body as { resources: ApiResource[] }).resources.map(({ kind }) => `${version}/${kind}`);
    }),
  );
  return [...new Set(['v1', ...versions, ...kinds.flat()])].sort();
}

/** @returns the path under which objects of a kind are created; those with a namespace in `default` */
function resourceFinder(call: Call): (apiVersion: string, kind: string) => Promise<string | undefined> {
  const groups = new Map<string, Promise<ApiResource[]>>();
  const list = async (root: string): Promise<ApiResource[]> =>
    ((await call('GET', root)).body as { resources?: ApiResource[] }).resources ?? [];
  return async (apiVersion, kind) => {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const known = groups.get(root) ?? list(root);
    groups.set(root, known);
    const resource = (await known).find((entry) => entry.kind === kind && !entry.name.includes('/'));
    if (resource === undefined) return undefined;
    return `${root}/${resource.namespaced ? 'namespaces/default/' : ''}${resource.name}`;
  };
}
