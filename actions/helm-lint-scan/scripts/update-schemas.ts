/**
 * Writes `schemas/`: the JSON schemas of every Kubernetes minor version in the PyPI package kubernetes-validate.
 * Run `npm run update -- schemas [VERSION]` when a Kubernetes version is released; VERSION is that of the package.
 * Needs Python with pip and the network; the action itself never does.
 *
 * The package holds the definitions of Kubernetes' own OpenAPI description, with unknown keys refused ("strict").
 * What validation does not look at (descriptions, merge strategies) is left out, which makes a version 20 kB instead of 1.8 MB.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import type { VersionSchemas } from '../src/validation/store.ts';

const PACKAGE = 'kubernetes-validate';
const version = process.argv[2] ?? '1.37.0';
const target = join(import.meta.dirname, '../schemas');

interface KindName {
  group: string;
  version: string;
  kind: string;
}

type Schema = Record<string, unknown>;

/** The part of a definition that validation needs. */
function slim(schema: Schema): Schema {
  const kept: Schema = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'description' || key.startsWith('x-kubernetes-')) continue;
    if (key === '$ref') kept.$ref = (value as string).replace('#/$defs/', '#/definitions/');
    else if (key === 'properties') kept.properties = mapValues(value as Record<string, Schema>, slim);
    else if (key === 'oneOf') kept.type = [...new Set((value as { type: string[] }[]).flatMap(({ type }) => type))];
    else kept[key] = isSchema(value) ? slim(value) : value;
  }
  return kept;
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function mapValues<T, U>(record: Record<string, T>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function versionSchemas(source: { $defs: Record<string, Schema> }): VersionSchemas {
  const kinds: Record<string, string> = {};
  for (const [name, definition] of Object.entries(source.$defs)) {
    const names = (definition['x-kubernetes-group-version-kind'] ?? []) as KindName[];
    // Objects of a manifest have metadata and one name; WatchEvent and DeleteOptions belong to every group.
    if (names.length !== 1 || !('metadata' in ((definition.properties ?? {}) as Schema))) continue;
    for (const { group, version, kind } of names) {
      if (!kind.endsWith('List')) kinds[`${group === '' ? version : `${group}/${version}`}/${kind}`] = name;
    }
  }
  const definitions = mapValues(source.$defs, slim);
  // The API refuses "256MB" though the schema calls it a string.
  const quantity = definitions['io.k8s.apimachinery.pkg.api.resource.Quantity'];
  if (quantity === undefined) throw new Error('the definitions have no Quantity');
  quantity.format = 'quantity';
  return { kinds, definitions: definitions as VersionSchemas['definitions'] };
}

const directory = mkdtempSync(join(tmpdir(), 'schemas-'));
try {
  const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', directory, `${PACKAGE}==${version}`];
  execFileSync('python3', pip, { stdio: 'inherit' });
  const wheel = readdirSync(directory).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new Error(`pip left no wheel of ${PACKAGE} ${version}`);
  execFileSync('python3', ['-m', 'zipfile', '-e', join(directory, wheel), directory]);
  const sets = join(directory, 'kubernetes_validate/kubernetes-json-schema');
  for (const name of readdirSync(target)) if (name.endsWith('.br')) rmSync(join(target, name));
  for (const set of readdirSync(sets).sort()) {
    const minor = /^v(1\.\d+)\.0-local-strict$/.exec(set)?.[1];
    if (minor === undefined) continue;
    const schemas = versionSchemas(JSON.parse(readFileSync(join(sets, set, '_definitions.json'), 'utf8')));
    const text = Buffer.from(JSON.stringify(schemas));
    const packed = brotliCompressSync(text, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length },
    });
    writeFileSync(join(target, `v${minor}.json.br`), packed);
    console.log(`v${minor}: ${Object.keys(schemas.kinds).length} kinds, ${packed.length} bytes`);
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
