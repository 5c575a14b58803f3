/**
 * Writes `custom-resources/`: the CustomResourceDefinitions of projects that many charts use, from the Go modules of the projects.
 * Run `npm run update -- crds` after changing a version here. Needs the module proxy of Go; the action itself never does.
 *
 * What validation does not look at (descriptions, printed columns, the schema of `status`) is left out, and so are versions that are not served.
 */
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { parseAllDocuments } from 'yaml';
import { ensureGo } from '../../../lab/tools/index.ts';
import type { Go } from '../../../lab/tools/toolchain.ts';
import { type Data, dataAt, isData, listAt, stringAt } from '../src/data.ts';
import { createReader } from '../src/manifests/read.ts';
import type { BundledIndex } from '../src/validation/bundled.ts';
import { readDefinitions } from '../src/validation/definitions.ts';

interface Project {
  /** The name of the file. */
  name: string;
  /** In messages, with the version. */
  title: string;
  version: string;
  module: string;
  /** The version of the module, if it is not that of the project. */
  moduleVersion?: string;
  /** Globs in the module. */
  files: string[];
  optional?: true;
}

const PROJECTS: readonly Project[] = [
  {
    name: 'gateway-api',
    title: 'Gateway API',
    version: '1.7.0',
    module: 'sigs.k8s.io/gateway-api',
    // It has everything of the standard channel.
    files: ['config/crd/experimental/*.yaml'],
  },
  {
    name: 'prometheus-operator',
    title: 'Prometheus Operator',
    version: '0.85.0',
    module: 'github.com/prometheus-operator/prometheus-operator',
    files: ['example/prometheus-operator-crd/*.yaml'],
  },
  {
    name: 'cert-manager',
    title: 'cert-manager',
    version: '1.21.2',
    module: 'github.com/cert-manager/cert-manager',
    files: ['deploy/crds/*.yaml'],
  },
  {
    name: 'argo-cd',
    title: 'Argo CD',
    version: '3.6.1',
    module: 'github.com/argoproj/argo-cd/v3',
    files: ['manifests/crds/*-crd.yaml'],
  },
  {
    name: 'argo-rollouts',
    title: 'Argo Rollouts',
    version: '1.10.2',
    module: 'github.com/argoproj/argo-rollouts',
    files: ['manifests/crds/*-crd.yaml'],
  },
  {
    name: 'argo-workflows',
    title: 'Argo Workflows',
    version: '4.0.5',
    module: 'github.com/argoproj/argo-workflows/v4',
    files: ['manifests/base/crds/full/argoproj.io_*.yaml'],
    // Installations with `manifests/base/crds/minimal` accept a number where these want a string.
    optional: true,
  },
  {
    name: 'keda',
    title: 'KEDA',
    version: '2.21.0',
    module: 'github.com/kedacore/keda/v2',
    files: ['config/crd/bases/*.yaml'],
  },
  {
    name: 'vertical-pod-autoscaler',
    title: 'Vertical Pod Autoscaler',
    version: '1.8.1',
    module: 'k8s.io/autoscaler/vertical-pod-autoscaler',
    files: ['deploy/vpa-v1-crd-gen.yaml'],
  },
  {
    name: 'external-secrets',
    title: 'External Secrets',
    version: '1.3.2',
    module: 'github.com/external-secrets/external-secrets',
    files: ['config/crds/bases/*.yaml'],
  },
  {
    name: 'flux',
    title: 'Flux',
    version: '2.9.5',
    // Flux's own manifests, unchanged. The modules of most of its controllers are not on the proxy.
    module: 'github.com/controlplaneio-fluxcd/flux-operator',
    moduleVersion: '0.59.0',
    files: ['config/data/flux/v2.9.5/*-controller.yaml'],
  },
];

const target = join(import.meta.dirname, '../custom-resources');

/** A project may need a newer Go than this machine has, although only its files are read; Go then fetches it. */
function downloadModule(go: Go, { module, version, moduleVersion = version }: Project): string {
  const args = ['mod', 'download', '-json', `${module}@v${moduleVersion}`];
  const env = { ...process.env, ...go.env };
  const output = execFileSync(go.program, args, { cwd: tmpdir(), env, encoding: 'utf8' });
  return (JSON.parse(output) as { Dir: string }).Dir;
}

function readCrds(go: Go, project: Project): Data[] {
  const directory = downloadModule(go, project);
  const paths = project.files.flatMap((pattern) => globSync(pattern, { cwd: directory })).sort();
  const documents = paths.flatMap((path) =>
    parseAllDocuments(readFileSync(join(directory, path), 'utf8')).map((document): unknown => document.toJS()),
  );
  return documents.filter(isData).filter(({ kind }) => kind === 'CustomResourceDefinition');
}

/** The part of a definition that validation needs. */
function slimCrd(crd: Data): Data {
  const { group, names, versions } = dataAt(crd, 'spec');
  const served = listAt(versions).filter((version) => isData(version) && version.served === true);
  return {
    apiVersion: crd.apiVersion,
    kind: crd.kind,
    metadata: { name: stringAt(crd, 'metadata', 'name') },
    spec: {
      group,
      names: { kind: stringAt(names, 'kind') },
      versions: served.map((version) => ({
        name: stringAt(version, 'name'),
        served: true,
        schema: { openAPIV3Schema: withoutStatus(slim(dataAt(version, 'schema', 'openAPIV3Schema'))) },
      })),
    },
  };
}

const UNUSED = new Set(['description', 'title', 'example', 'externalDocs']);

/** A schema without its descriptions. */
function slim(schema: Data): Data {
  const entries = Object.entries(schema).filter(([key]) => !UNUSED.has(key));
  return Object.fromEntries(entries.map(([key, value]) => [key, slimKeyword(key, value)]));
}

function slimKeyword(key: string, value: unknown): unknown {
  if (key === 'properties' && isData(value))
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, isData(part) ? slim(part) : part]));
  if (['items', 'additionalProperties', 'not'].includes(key) && isData(value)) return slim(value);
  if (['allOf', 'anyOf', 'oneOf'].includes(key)) return listAt(value).map((part) => (isData(part) ? slim(part) : part));
  return value;
}

/** A controller writes the status; what a manifest says of it is dropped. */
function withoutStatus(schema: Data): Data {
  const { status, ...properties } = dataAt(schema, 'properties');
  if (status === undefined) return schema;
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return { ...schema, properties: { ...properties, status: open } };
}

/** @throws Error when the action could not use one of the definitions */
async function assertUsable(crds: readonly Data[], { title }: Project): Promise<void> {
  const text = crds.map((crd) => JSON.stringify(crd)).join('\n---\n');
  const { resources } = createReader().manifests([{ path: title, text }]);
  const { problems } = await readDefinitions(resources);
  if (problems.length > 0) throw new Error(`${title}: ${problems.map(({ message }) => message).join('\n')}`);
}

const keysOf = (crd: Data): string[] =>
  listAt(crd, 'spec', 'versions').map(
    (version) =>
      `${stringAt(crd, 'spec', 'group')}/${stringAt(version, 'name')}/${stringAt(crd, 'spec', 'names', 'kind')}`,
  );

async function main(): Promise<void> {
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(target)) if (name.endsWith('.br')) rmSync(join(target, name));
  const index: BundledIndex = { projects: {}, kinds: {} };
  const go = await ensureGo();
  for (const project of PROJECTS) {
    const { name, title, version, optional } = project;
    const crds = readCrds(go, project).map(slimCrd);
    if (crds.length === 0) throw new Error(`${title} ${version} has no definitions in ${project.files.join(', ')}`);
    await assertUsable(crds, project);
    index.projects[name] = { title: `${title} ${version}`, ...(optional === true ? { optional } : {}) };
    const keys = crds.flatMap(keysOf).sort();
    for (const key of keys) index.kinds[key] = name;
    const text = Buffer.from(JSON.stringify(crds));
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
    };
    const packed = brotliCompressSync(text, { params });
    writeFileSync(join(target, `${name}.json.br`), packed);
    console.log(`${title} ${version}: ${keys.length} kinds, ${text.length} bytes, ${packed.length} packed`);
  }
  writeFileSync(join(target, 'index.json'), `${JSON.stringify(index, undefined, 2)}\n`);
}

await main();
