import { matchesGlob } from 'node:path';
import { globProblem } from '../../../lib/files/globs.ts';
import type { InputReader, Parsed } from '../../../lib/runner/inputs.ts';

/** A media type for the assets whose name a glob matches. */
export interface ContentTypeRule {
  glob: string;
  type: string;
}

const EXAMPLE = '*.whl: application/zip';
/** https://www.rfc-editor.org/rfc/rfc6838#section-4.2 */
const NAME = '[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}';
/** A parameter such as `charset=utf-8`: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.6 */
const PARAMETER = `\\s*;\\s*[\\w!#$%&'*+.^\`|~-]+=(?:[\\w!#$%&'*+.^\`|~-]+|"[\\w !#$%&'()*+,./:;<=>?@[\\]^\`{|}~-]*")`;
const MEDIA_TYPE = new RegExp(`^${NAME}/${NAME}(?:${PARAMETER})*$`);

/** The lines of the input `content-types`, `glob: type/subtype`. */
export const readContentTypes = (reader: InputReader): ContentTypeRule[] =>
  reader.parsedLines('content-types', parseRule, EXAMPLE);

function parseRule(line: string): Parsed<ContentTypeRule> {
  const [, glob, type] = /^([^:]*?)\s*:\s*(.*)$/.exec(line) ?? [];
  if (glob === undefined || glob === '' || type === undefined)
    return { problem: 'is not a glob, a colon and a media type' };
  if (glob.includes('/')) return { problem: 'has a glob with "/"; it is compared with the name of an asset' };
  const problem = globProblem(glob);
  if (problem !== undefined) return { problem };
  return MEDIA_TYPE.test(type) ? { value: { glob, type } } : { problem: `has no media type: ${type}` };
}

const TYPES: Readonly<Record<string, string>> = {
  apk: 'application/vnd.android.package-archive',
  asc: 'application/pgp-signature',
  css: 'text/css',
  csv: 'text/csv',
  deb: 'application/vnd.debian.binary-package',
  dmg: 'application/x-apple-diskimage',
  exe: 'application/vnd.microsoft.portable-executable',
  gz: 'application/gzip',
  html: 'text/html',
  js: 'text/javascript',
  json: 'application/json',
  md: 'text/markdown',
  pdf: 'application/pdf',
  png: 'image/png',
  rpm: 'application/x-rpm',
  sha256: 'text/plain',
  svg: 'image/svg+xml',
  tar: 'application/x-tar',
  tgz: 'application/gzip',
  txt: 'text/plain',
  wasm: 'application/wasm',
  xml: 'application/xml',
  xz: 'application/x-xz',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  zip: 'application/zip',
  zst: 'application/zstd',
};

/** The media type of an asset, which GitHub serves it with: of the first rule that matches its name, otherwise of its last extension. */
export function contentType(name: string, rules: readonly ContentTypeRule[] = []): string {
  const rule = rules.find(({ glob }) => matchesGlob(name, glob));
  if (rule !== undefined) return rule.type;
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  return (Object.hasOwn(TYPES, extension) ? TYPES[extension] : undefined) ?? 'application/octet-stream';
}
