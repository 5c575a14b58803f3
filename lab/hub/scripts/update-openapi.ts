/**
 * Reduces GitHub's description of its REST API to the operations that the hub serves, and writes
 * `generated/github-openapi.json`. Run it after a change of `rest/operations.ts` or for a newer description:
 *
 *   npm run update -- openapi [VERSION]
 *
 * It omits what is not checked: prose, examples, and error responses, which all come from `errors.ts`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operations } from '../rest/operations.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

const PACKAGE = '@octokit/openapi';
const MEMBER = 'package/generated/api.github.com.json';
const PROSE = new Set(['description', 'summary', 'example', 'examples', 'tags', 'x-github', 'headers']);
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** Fetches the package with npm and returns the description as an object. */
function fetchDescription(version: string): JsonObject {
  const directory = mkdtempSync(join(tmpdir(), 'openapi-'));
  try {
    const name = execFileSync('npm', ['pack', '--silent', `${PACKAGE}@${version}`], {
      cwd: directory,
      encoding: 'utf8',
    });
    execFileSync('tar', ['-xzf', name.trim(), MEMBER], { cwd: directory });
    return JSON.parse(readFileSync(join(directory, MEMBER), 'utf8')) as JsonObject;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Copies a value without prose, as JSON Schema. The keys of `properties` are names of fields and stay. */
function withoutProse(value: Json, isProperties = false): Json {
  if (Array.isArray(value)) return value.map((item) => withoutProse(item));
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([key]) => isProperties || !PROSE.has(key));
  const copy = Object.fromEntries(
    kept.map(([key, item]) => [key, withoutProse(item, key === 'properties' && !isProperties)]),
  );
  return isProperties ? copy : withNull(copy);
}

/**
 * Converts `nullable` of OpenAPI 3.0 to JSON Schema, where a schema without `type` or with an `enum` must list null.
 */
function withNull(schema: JsonObject): JsonObject {
  const { nullable, ...rest } = schema;
  if (nullable !== true) return schema;
  if (typeof rest.type !== 'string') return { anyOf: [rest, { type: 'null' }] };
  const withType: JsonObject = { ...rest, type: [rest.type, 'null'] };
  if (Array.isArray(rest.enum) && !rest.enum.includes(null)) withType.enum = [...rest.enum, null];
  return withType;
}

/** The targets of every `$ref` in a value. */
function findReferences(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(findReferences);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === '$ref' && typeof item === 'string' ? [item] : findReferences(item),
  );
}

function child(value: Json | undefined, key: string): Json | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value[key] : undefined;
}

/** The paths with only the served operations and their successful responses. */
function usedPaths(description: JsonObject): JsonObject {
  const missing = new Set<string>(Object.keys(operations));
  const paths: JsonObject = {};
  for (const [path, methods] of Object.entries(description.paths as JsonObject)) {
    for (const method of METHODS) {
      const operation = child(methods, method) as JsonObject | undefined;
      const id = operation?.operationId;
      if (!operation || typeof id !== 'string' || !missing.delete(id)) continue;
      const responses = Object.entries(operation.responses as JsonObject).filter(([status]) => /^[23]/.test(status));
      const documentation = child(operation.externalDocs, 'url') ?? null;
      paths[path] = {
        ...((paths[path] as JsonObject | undefined) ?? {}),
        [method]: withoutProse({
          operationId: id,
          externalDocs: { url: documentation },
          parameters: operation.parameters ?? [],
          ...(operation.requestBody ? { requestBody: operation.requestBody } : {}),
          responses: Object.fromEntries(responses),
        }),
      };
    }
  }
  if (missing.size > 0) throw new Error(`GitHub's description has no ${[...missing].join(', ')}`);
  return paths;
}

/** The components that the paths reference, directly or through another component. */
function usedComponents(description: JsonObject, paths: JsonObject): JsonObject {
  const components: { [section: string]: JsonObject } = {};
  const found = new Set(findReferences(paths));
  for (const reference of found) {
    const [, , section = '', name = ''] = reference.split('/');
    const component = child(child(description.components, section), name);
    if (component === undefined) throw new Error(`dangling reference ${reference}`);
    const kept = withoutProse(component);
    components[section] = { ...components[section], [name]: kept };
    // A set also iterates over what is added to it during the loop.
    for (const nested of findReferences(kept)) found.add(nested);
  }
  return components;
}

const version = process.argv[2] ?? '23.0.2';
const description = fetchDescription(version);
const paths = usedPaths(description);
const document = {
  openapi: description.openapi as string,
  info: {
    title: "GitHub's REST API, the part the hub serves",
    version,
    'x-source': `${PACKAGE}@${version}, ${MEMBER.replace('package/', '')}`,
  },
  paths,
  components: usedComponents(description, paths),
};
const target = new URL('../generated/github-openapi.json', import.meta.url);
writeFileSync(target, `${JSON.stringify(document, null, 1)}\n`);
console.log(`${Object.keys(operations).length} operations of ${PACKAGE}@${version} written to ${target.pathname}`);
