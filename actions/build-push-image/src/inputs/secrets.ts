import { resolve } from 'node:path';
import { PathError } from '../../../lib/errors.ts';
import { parseDigest } from '../../../lib/identifiers.ts';
import type { Environment, Parsed } from '../../../lib/inputs.ts';
import { maskableLines } from '../../../lib/masking.ts';
import { type AllowedPaths, readWorkspaceFile, relativeInside, resolvePath } from '../../../lib/workspace.ts';

/** A build secret. Its value is never held here, only where it is. */
export interface BuildSecret {
  id: string;
  from: { env: string } | { file: string };
}

export const SECRET_EXAMPLE = 'npm=env:NPM_TOKEN or npmrc=file:.npmrc';

export function parseSecret(text: string): Parsed<BuildSecret> {
  const match = /^(?<id>[A-Za-z0-9_.-]+)=(?<kind>env|file):(?<where>.+)$/.exec(text);
  const { id, kind, where } = match?.groups ?? {};
  if (id === undefined || where === undefined) return { problem: 'is neither id=env:NAME nor id=file:PATH' };
  if (kind === 'file') return { value: { id, from: { file: where } } };
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(where)
    ? { value: { id, from: { env: where } } }
    : { problem: `names ${JSON.stringify(where)}, which no environment variable can be called` };
}

/**
 * A secret with its file found: an absolute path without links, in the workspace or in the runner's temporary directory.
 * An empty variable counts as missing: a secret that the repository does not have arrives so.
 */
export async function findSecret(
  secret: BuildSecret,
  env: Environment,
  area: AllowedPaths,
): Promise<Parsed<BuildSecret>> {
  const { from } = secret;
  if ('env' in from)
    return env[from.env]
      ? { value: secret }
      : { problem: `is missing: the environment variable ${from.env} is not set or empty` };
  const place = await resolvePath(area, from.file);
  if ('problem' in place) return { problem: `names the file ${from.file}, which ${place.problem}` };
  return place.value.kind === 'file'
    ? { value: { ...secret, from: { file: place.value.path } } }
    : { problem: `is missing: there is no file ${from.file}` };
}

/** The argument of `--secret`; paths with commas or quotes are quoted as buildx's CSV reader wants it. */
export function secretArgument({ id, from }: BuildSecret, workspace: string): string {
  return 'env' in from ? `id=${id},env=${from.env}` : `id=${id},${csvField(`src=${resolve(workspace, from.file)}`)}`;
}

/** A field of RFC 4180. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The values of all secrets, each with its lines, for `redactor`.
 * @throws {PathError} when a file leads elsewhere by now, or cannot be read
 */
export async function secretValues(
  secrets: readonly BuildSecret[],
  env: Environment,
  area: AllowedPaths,
): Promise<string[]> {
  return Promise.all(
    secrets.map(async ({ from }) => {
      if ('env' in from) return env[from.env] ?? '';
      const bytes = await readWorkspaceFile(area, from.file);
      if ('value' in bytes) return bytes.value.toString('utf8');
      throw new PathError('secrets', [
        { path: relativeInside(area.workspace, from.file) ?? from.file, problem: bytes.problem },
      ]);
    }),
  );
}

/**
 * Replaces secret values, however short, and what is hidable of their lines in what a build prints: a careless `RUN` shows its secret. The text of the
 * log alone changes; nothing is masked for the job.
 */
export function redactor(values: readonly string[]): (text: string) => string {
  const parts = values
    .flatMap((value) => [value, value.trim(), ...maskableLines(value)])
    .filter((part) => part.trim() !== '');
  // The longest first: a value may hold another one.
  const unique = [...new Set(parts)].sort((a, b) => b.length - a.length);
  return (text) => unique.reduce((result, part) => result.replaceAll(part, '***'), text);
}

/**
 * The same in data: in its texts alone, as they are, not as JSON writes them. Keys stay, and so does what is a digest: a short secret may be
 * part of any word, and the data must keep its form.
 */
export function redactData<T>(data: T, redact: (text: string) => string): T;
export function redactData(data: unknown, redact: (text: string) => string): unknown {
  if (typeof data === 'string') return 'value' in parseDigest(data) ? data : redact(data);
  if (Array.isArray(data)) return data.map((item) => redactData(item, redact));
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, redactData(value, redact)]));
}
