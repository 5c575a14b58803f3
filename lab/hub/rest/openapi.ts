/**
 * Routing and validation by GitHub's own description. Ajv is used directly and follows `$ref`, so each schema is compiled
 * once and only when an operation needs it; libraries that inline every reference need 0.3 s for the first pull request.
 */
import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { type OperationId, operations } from './operations.ts';

interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
}

interface Parameter {
  $ref?: string;
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema?: Schema;
  'x-multi-segment'?: boolean;
}

interface Media {
  schema?: Schema;
}

interface Operation {
  operationId: string;
  externalDocs?: { url?: string };
  parameters: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, Media> };
  responses: Record<string, { $ref?: string; content?: Record<string, Media> }>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, unknown>>;
}

const ID = 'github';
const JSON_TYPE = 'application/json';

/** Parameters that may contain slashes although the description does not say so, such as branch names. */
const WITH_SLASHES = new Set(['branch', 'ref', 'tag', 'path', 'basehead', 'name']);

export interface Route {
  id: OperationId;
  method: string;
  documentation: string;
  pattern: RegExp;
  names: string[];
  literals: number;
  operation: Operation;
  pointer: string;
  parameters: Parameter[];
}

export interface Matched {
  route: Route;
  params: Record<string, string>;
}

export class OpenApi {
  readonly #document: Document;
  readonly #ajv: Ajv;
  readonly #coercing: Ajv;
  readonly #routes: Route[];
  readonly #validators = new Map<string, ValidateFunction>();

  constructor() {
    const file = new URL('../generated/github-openapi.json', import.meta.url);
    this.#document = JSON.parse(readFileSync(file, 'utf8')) as Document;
    allowStarterAssets(this.#document);
    this.#ajv = this.#createAjv(false);
    this.#coercing = this.#createAjv('array');
    this.#routes = this.#readRoutes();
  }

  #createAjv(coerceTypes: false | 'array'): Ajv {
    // The description needs no validation, and optimizing the generated code does not pay off for few calls.
    const ajv = new Ajv({
      strict: false,
      allErrors: true,
      validateSchema: false,
      inlineRefs: false,
      coerceTypes,
      allowUnionTypes: true,
      code: { optimize: false },
    });
    addFormats.default(ajv);
    // Addresses of GitHub's bots contain square brackets: 41898282+github-actions[bot]@users.noreply.github.com
    ajv.addFormat('email', /^[^\s@]+@[^\s@]+$/);
    ajv.addFormat('repo.nwo', /^[^/]+\/[^/]+$/);
    return ajv.addSchema(this.#document, ID);
  }

  #readRoutes(): Route[] {
    const routes = Object.entries(this.#document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): Route => {
        const parameters = operation.parameters.map((parameter) => this.#resolve(parameter));
        const names: string[] = [];
        const source = path.replace(/[.$]/g, '\\$&').replace(/\{([^}]+)\}/g, (_, name: string) => {
          names.push(name);
          const pathParameter = parameters.find((parameter) => parameter.in === 'path' && parameter.name === name);
          return pathParameter?.['x-multi-segment'] || WITH_SLASHES.has(name) ? '(.+)' : '([^/]+)';
        });
        return {
          id: operation.operationId as OperationId,
          method: method.toUpperCase(),
          documentation: operation.externalDocs?.url ?? 'https://docs.github.com/rest',
          pattern: new RegExp(`^${source}/?$`),
          names,
          literals: path.replace(/\{[^}]+\}/g, '').length,
          operation,
          pointer: `${ID}#/paths/${pointerPart(path)}/${method}`,
          parameters,
        };
      }),
    );
    // The route with the most literal characters wins: `/releases/latest` before `/releases/{release_id}`.
    return routes.sort((a, b) => b.literals - a.literals);
  }

  #resolve<T extends { $ref?: string }>(value: T): T {
    if (!value.$ref) return value;
    const [, , section = '', name = ''] = value.$ref.split('/');
    return this.#document.components[section]?.[name] as T;
  }

  /** The operation of a path under the API's root; undefined when the hub does not have it. */
  match(method: string, path: string): Matched | undefined {
    for (const route of this.#routes) {
      if (route.method !== method) continue;
      const found = route.pattern.exec(path);
      if (!found) continue;
      const params: Record<string, string> = {};
      route.names.forEach((name, index) => {
        params[name] = decode(found[index + 1] ?? '');
      });
      return { route, params };
    }
    return undefined;
  }

  /** Converts and checks path and query parameters. @returns problems, as sentences */
  checkParameters(route: Route, params: Record<string, unknown>, query: Record<string, unknown>): string[] {
    const problems: string[] = [];
    for (const parameter of route.parameters) {
      const from = parameter.in === 'path' ? params : parameter.in === 'query' ? query : undefined;
      if (!from || !parameter.schema) continue;
      if (from[parameter.name] === undefined) {
        if (parameter.required) problems.push(`"${parameter.name}" wasn't supplied.`);
        continue;
      }
      const holder = { value: from[parameter.name] };
      const validate = this.#validator(`parameter ${route.id} ${parameter.in} ${parameter.name}`, this.#coercing, {
        type: 'object',
        properties: { value: asText(this.#absolute(parameter.schema)) },
      });
      if (validate(holder)) from[parameter.name] = holder.value;
      else problems.push(`"${parameter.name}" ${validate.errors?.[0]?.message ?? 'is invalid'}.`);
    }
    return problems;
  }

  /** @returns problems of a request's body, as sentences */
  checkBody(route: Route, body: unknown): string[] {
    const { requestBody } = route.operation;
    const schema = requestBody?.content[JSON_TYPE]?.schema;
    if (!schema) return [];
    if (body === undefined) return requestBody.required ? ['A body is required.'] : [];
    const pointer = `${route.pointer}/requestBody/content/${pointerPart(JSON_TYPE)}/schema`;
    const validate = this.#validator(pointer, this.#ajv, { $ref: pointer });
    return validate(body) ? [] : toSentences(validate.errors ?? []);
  }

  /** Whether the body of a route is a JSON object. */
  takesObject(route: Route): boolean {
    const schema = route.operation.requestBody?.content[JSON_TYPE]?.schema;
    return schema !== undefined && this.#resolve(schema).type === 'object';
  }

  /** @returns the parameters and keys of a request that GitHub's description does not have, and GitHub ignores */
  findIgnored(route: Route, query: Record<string, unknown>, body: unknown): string[] {
    const isKnown = (name: string): boolean =>
      route.parameters.some((parameter) => parameter.in === 'query' && parameter.name === name);
    const schema = route.operation.requestBody?.content[JSON_TYPE]?.schema;
    return [...Object.keys(query).filter((name) => !isKnown(name)), ...(schema ? this.#unknownKeys(schema, body) : [])];
  }

  #unknownKeys(schema: Schema, body: unknown): string[] {
    if (body === null || typeof body !== 'object' || Array.isArray(body)) return [];
    const allowed = this.#allowedKeys(schema);
    if (allowed === undefined) return [];
    return Object.keys(body).filter((key) => !allowed.has(key));
  }

  /** The keys that an object may have; undefined when it may have any. */
  #allowedKeys(schema: Schema): Set<string> | undefined {
    const { properties, additionalProperties, anyOf = [], oneOf = [], allOf = [] } = this.#resolve(schema);
    if (additionalProperties) return undefined;
    const parts = [...anyOf, ...oneOf, ...allOf].map((part) => this.#allowedKeys(part));
    const keys = new Set(Object.keys(properties ?? {}));
    for (const part of parts) for (const key of part ?? []) keys.add(key);
    return keys;
  }

  /** @returns problems of a response of the hub */
  checkResponse(route: Route, status: number, body: unknown): string[] {
    const response = route.operation.responses[String(status)];
    if (!response) return [`${route.id} has no response ${status}`];
    const resolved = this.#resolve(response);
    if (!resolved.content?.[JSON_TYPE]) return [];
    const pointer = response.$ref ? ID + response.$ref : `${route.pointer}/responses/${status}`;
    const full = `${pointer}/content/${pointerPart(JSON_TYPE)}/schema`;
    const validate = this.#validator(full, this.#ajv, { $ref: full });
    if (validate(body)) return [];
    return (validate.errors ?? []).map((error) => `${error.instancePath || '/'} ${error.message}`);
  }

  #absolute(schema: Schema): object {
    return schema.$ref ? { $ref: ID + schema.$ref } : schema;
  }

  #validator(key: string, ajv: Ajv, schema: object): ValidateFunction {
    const cached = this.#validators.get(key);
    if (cached) return cached;
    const compiled = ajv.compile(schema);
    this.#validators.set(key, compiled);
    return compiled;
  }

  /** The operations without a route, for tests. */
  missing(): string[] {
    const served = new Set(this.#routes.map(({ id }) => id));
    return Object.keys(operations).filter((id) => !served.has(id as OperationId));
  }
}

/**
 * The description of an asset knows only the states `uploaded` and `open`. That of its upload says that a failure "may
 * leave an empty asset with a state of `starter`": https://docs.github.com/rest/releases/assets#upload-a-release-asset
 */
function allowStarterAssets(document: Document): void {
  const asset = document.components.schemas?.['release-asset'] as { properties: { state: { enum: string[] } } };
  asset.properties.state.enum.push('starter');
}

/** A parameter arrives as text. Where it may be a number or a text, such as a workflow's id, a number is both. */
function asText(schema: object): object {
  if (!('oneOf' in schema)) return schema;
  const { oneOf, ...rest } = schema;
  return { ...rest, anyOf: oneOf };
}

function pointerPart(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function toSentences(errors: readonly ErrorObject[]): string[] {
  return errors.map((error) => {
    if (error.keyword === 'required') return `"${error.params.missingProperty}" wasn't supplied.`;
    const field = error.instancePath.slice(1).replaceAll('/', '.');
    return `${field ? `For '${field}', it` : 'The body'} ${error.message}.`;
  });
}
