import { resolve } from 'node:path';
import { PathError } from '../../../lib/errors.ts';
import { type AllowedPaths, readWorkspaceFile, relativeInside, resolvePath } from '../../../lib/files/workspace.ts';
import { parseDigest } from '../../../lib/identifiers.ts';
import type { Environment, Parsed } from '../../../lib/runner/inputs.ts';
import { maskableLines } from '../../../lib/runner/masking.ts';

/** A build secret: where its value is, never the value itself. */
export interface BuildSecret {
  id: string;
  from: { env: string } | { file: string };
}

export const SECRET_EXAMPLE = 'npm=env:NPM_TOKEN';

export function parseSecret(text: string): Parsed<BuildSecret> {
  const match = /^(?<id>[A-Za-z0-9_.-]+)=(?<kind>env|file):(?<where>.+)$/.exec(text);
  const { id, kind, where } = match?.groups ?? {};
  if (id === undefined || where === undefined) return { problem: 'is neither id=env:NAME nor id=file:PATH' };
  if (kind === 'file') return { value: { id, from: { file: where } } };
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(where)
    ? { value: { id, from: { env: where } } }
    : { problem: `names ${JSON.stringify(where)}, which is not a valid name of an environment variable` };
}

/**
 * A secret with its file resolved: an absolute path without links, in the workspace or in the runner's temporary directory.
 * An empty variable counts as missing: this is what a workflow gets for a secret that the repository does not have.
 */
export async function resolveSecret(
  secret: BuildSecret,
  env: Environment,
  allowedPaths: AllowedPaths,
): Promise<Parsed<BuildSecret>> {
  const { from } = secret;
  if ('env' in from)
    return env[from.env]
      ? { value: secret }
      : { problem: `is missing: environment variable ${from.env} is unset or empty` };
  const resolved = await resolvePath(allowedPaths, from.file);
  if ('problem' in resolved) return { problem: `names the file ${from.file}, which ${resolved.problem}` };
  const { kind, path } = resolved.value;
  if (kind === 'file') return { value: { ...secret, from: { file: path } } };
  return kind === 'missing'
    ? { problem: `is missing: file ${from.file} does not exist` }
    : { problem: `names ${from.file}, which is not a file` };
}

/** The argument of `--secret`; paths with commas or quotes are quoted for buildx's CSV reader. */
export function secretArgument({ id, from }: BuildSecret, workspace: string): string {
  return 'env' in from ? `id=${id},env=${from.env}` : `id=${id},${csvField(`src=${resolve(workspace, from.file)}`)}`;
}

/** A field of RFC 4180. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The values of all secrets, for {@link createRedactor}.
 * @throws {PathError} when a file now leads elsewhere, or cannot be read
 */
export async function readSecretValues(
  secrets: readonly BuildSecret[],
  env: Environment,
  allowedPaths: AllowedPaths,
): Promise<string[]> {
  return Promise.all(
    secrets.map(async ({ from }) => {
      if ('env' in from) return env[from.env] ?? '';
      const bytes = await readWorkspaceFile(allowedPaths, from.file);
      if ('value' in bytes) return bytes.value.toString('utf8');
      throw new PathError('secrets', [
        { path: relativeInside(allowedPaths.workspace, from.file) ?? from.file, problem: bytes.problem },
      ]);
    }),
  );
}

/**
 * Replaces secret values, however short, and their lines that can be masked in the output of a build: a careless `RUN` prints its secret.
 * Only the log changes; nothing is masked for the job.
 */
export function createRedactor(values: readonly string[]): (text: string) => string {
  const parts = values
    .flatMap((value) => [value, value.trim(), ...maskableLines(value)])
    .filter((part) => part.trim() !== '');
  // The longest first: a value can contain another one.
  const unique = [...new Set(parts)].sort((a, b) => b.length - a.length);
  return (text) => unique.reduce((result, part) => result.replaceAll(part, '***'), text);
}

/**
 * The same in data: in its string values, before they are serialized. Keys and digests stay: a short secret can be part of any word, and
 * the data must keep its structure.
 */
export function redactData<T>(data: T, redact: (text: string) => string): T;
export function redactData(data: unknown, redact: (text: string) => string): unknown {
  if (typeof data === 'string') return 'value' in parseDigest(data) ? data : redact(data);
  if (Array.isArray(data)) return data.map((item) => redactData(item, redact));
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, redactData(value, redact)]));
}
