import { jsonProblem } from '../../../../lib/requests/responses.ts';
import type { RegistryResponse } from './registry-request.ts';

/** A request to a registry. */
export interface RegistryCall {
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT';
  /** Below the address of the registry, such as `/v2/org/web/tags/list`, or a whole address that the registry gave. */
  url: string;
  /** What the token must allow: {@link pullScope}, {@link pushScope}. */
  scopes: readonly string[];
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array;
  /** The subject of errors: "the manifest of ghcr.io/org/web:1". */
  what: string;
  /** The statuses that are results; any other is an error. */
  expected: readonly number[];
  /** What is wrong with the body of a 200, as a predicate. Such a response is a broken connection. */
  problemOf?: (body: Buffer) => string | undefined;
}

/** What sends requests to one registry. */
export interface RegistryCaller {
  /** The registry, as errors name it. */
  readonly name: string;
  call(call: RegistryCall): Promise<RegistryResponse>;
}

/** For {@link RegistryCall.problemOf}. */
export const jsonProblemOf = (body: Buffer): string | undefined => jsonProblem(body.toString('utf8'));

export const pullScope = (path: string): string => `repository:${path}:pull`;
export const pushScope = (path: string): string => `repository:${path}:pull,push`;
