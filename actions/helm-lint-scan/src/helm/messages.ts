import { type Path, pathText, pointerPath } from '../data.ts';
import { isSecretPath, withoutQuotes } from '../secrets.ts';

/** What Helm says is wrong, and where. */
export interface HelmMessage {
  level: 'error' | 'warning' | 'note';
  message: string;
  at:
    | { in: 'template'; file: string; line: number }
    /** A line of what was rendered from the template. */
    | { in: 'rendered'; file: string; line: number }
    /** `chart` is the name of the chart whose schema speaks: a dependency's, or the chart's own. */
    | { in: 'values'; chart: string; path: Path }
    /** A file of the chart, or a values file by its absolute path. */
    | { in: 'file'; file: string; line: number }
    | { in: 'chart' };
  /** The template that Helm was at, as Helm names it: it may include the one that has the fault. */
  rendering?: string;
}

type At = HelmMessage['at'];

/** Why `helm template` failed. Helm 3 writes an error on one line, Helm 4 over several. */
export function renderMessages(stderr: string): HelmMessage[] {
  const text = stderr
    .split(/\r?\n/)
    // Log lines of Helm 4 repeat what the error says.
    .filter((line) => !/^level=\w+ msg=|^\w+\.go:\d+: /.test(line))
    .join('\n')
    .replace(/^[\s\S]*?^Error: /m, '')
    .replace(/\n*Use --debug flag to render out invalid YAML\s*$/, '')
    .trim();
  return schemaMessages(text) ?? [errorMessage(text === '' ? stderr.trim() : text)];
}

/** What `helm lint` printed. */
export function lintMessages(stdout: string): HelmMessage[] {
  const parts = stdout.split(/^\[(INFO|WARNING|ERROR)\] /m);
  const messages: HelmMessage[] = [];
  for (let index = 1; index + 1 < parts.length; index += 2) {
    const level = LEVELS[parts[index] ?? ''] ?? 'error';
    const text = (parts[index + 1] ?? '').replace(/^(\d+ chart\(s\) linted|==> Linting )[\s\S]*/m, '').trim();
    messages.push(...lintEntry(text).map((message) => ({ ...message, level })));
  }
  return messages;
}

const LEVELS: Record<string, HelmMessage['level']> = { INFO: 'note', WARNING: 'warning', ERROR: 'error' };

/** The files that the linter speaks of. */
const FILE = /^(?:Chart\.yaml|values\.yaml|(?:templates|crds)\/\S+)$/;

function lintEntry(entry: string): HelmMessage[] {
  const [, path = '', rest = entry] = /^([^\s:]*): ([\s\S]*)$/.exec(entry) ?? [];
  const schema = schemaMessages(path === 'values.yaml' ? `(s):\n${rest}` : rest);
  if (schema !== undefined) return schema;
  const message = errorMessage(rest);
  if (message.at.in !== 'chart') return [{ ...message, at: inFile(message.at, path) }];
  // `templates/: directory does not exist` says too little without its path; the chart's own path says nothing.
  const isOwn = path !== '' && !path.startsWith('/') && !/^[A-Za-z]:/.test(path);
  const text = isOwn && !message.message.includes(path) ? `${path}: ${message.message}` : message.message;
  return [{ ...message, message: text, at: FILE.test(path) ? { in: 'file', file: path, line: 1 } : { in: 'chart' } }];
}

/** A YAML fault that the linter reports under the file's own name. */
function inFile(at: At, path: string): At {
  if (at.in !== 'file' || at.file !== '') return at;
  return path.startsWith('templates/') ? { in: 'rendered', file: path, line: at.line } : { ...at, file: path };
}

/** A place in a template: `chart/templates/x.yaml:6:17`. */
const PLACE = /([^\s:()]+\/(?:templates|charts)\/[^:()"\n]+):(\d+)(?::\d+)?/g;

function errorMessage(text: string): HelmMessage {
  const level = 'error';
  // A template that includes another that fails: the last place is where the fault is.
  const places = [...text.matchAll(PLACE)];
  const [, file, line] = places.at(-1) ?? [];
  const [, rendering] = places[0] ?? [];
  if (file !== undefined && line !== undefined && !/^YAML parse error on/.test(text))
    return {
      level,
      message: readable(text),
      at: { in: 'template', file, line: Number(line) },
      ...(rendering === undefined ? {} : { rendering }),
    };
  const rendered = /YAML parse error on (.+?): (?:[\s\S]*?\bline (\d+))?/.exec(text);
  if (rendered !== null)
    return {
      level,
      message: readable(text),
      at: { in: 'rendered', file: rendered[1] ?? '', line: Number(rendered[2] ?? 1) },
      rendering: rendered[1] ?? '',
    };
  const yaml = /(?:cannot load|failed to parse) (.+?): (?:[\s\S]*?\bline (\d+))?/.exec(text);
  if (yaml !== null)
    return { level, message: readable(text), at: { in: 'file', file: yaml[1] ?? '', line: Number(yaml[2] ?? 1) } };
  const here = /unable to parse YAML[\s\S]*?line (\d+)/.exec(text);
  if (here !== null) return { level, message: readable(text), at: { in: 'file', file: '', line: Number(here[1]) } };
  return { level, message: withAdvice(readable(text)), at: { in: 'chart' } };
}

/** Faults against values.schema.json, each on its own: `- at '/web/port': got string, want integer`, before Helm 3.18 `- web.port: Invalid type…`. */
function schemaMessages(text: string): HelmMessage[] | undefined {
  if (!/meet the specifications of the schema|^\(s\):\n- /.test(text)) return undefined;
  const messages: HelmMessage[] = [];
  let chart = '';
  for (const line of text.split('\n')) {
    const name = /^([\w.-]+):\s*$/.exec(line)?.[1];
    if (name !== undefined) chart = name;
    const pointer = /^\s*- at '([^']*)': (.+)$/.exec(line);
    const dotted = pointer === null ? /^\s*- (\(root\)|[^\s:]+): (.+)$/.exec(line) : null;
    const path = pointer === null ? dottedPath(dotted?.[1] ?? '(root)') : pointerPath(pointer[1] ?? '');
    const why = pointer?.[2] ?? dotted?.[2];
    if (why === undefined) continue;
    for (const { path: at, message } of refusals(path, why))
      messages.push({ level: 'error', message, at: { in: 'values', chart, path: at } });
  }
  return messages.length > 0 ? messages : undefined;
}

const dottedPath = (text: string): Path =>
  text === '(root)' ? [] : text.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step));

/** Keys that are not allowed stand in the sentence, in no order, and their parent in the pointer: each is a fault of its own. */
function refusals(path: Path, why: string): { message: string; path: Path }[] {
  const listed = /^additional propert(?:y|ies) (.+?)(?: is| are)? not allowed/i.exec(why)?.[1];
  const keys = listed?.split(/, | and /).map((key) => key.replaceAll(/^'|'$/g, '')) ?? [];
  if (keys.length === 0) {
    const said = isSecretPath(path) ? withoutQuotes(why) : why;
    return [{ message: `values.schema.json refuses ${pathText(path) || 'the values'}: ${said}`, path }];
  }
  return keys.sort().map((key) => {
    const at = [...path, key];
    return { message: `values.schema.json refuses ${pathText(at)}: it knows no such key`, path: at };
  });
}

/** Helm's sentence on one line, without the machinery around it and without the values that it repeats, which may be secrets. */
function readable(text: string): string {
  return text
    .replace(/(unknown anchor) '.*' (?=referenced)/s, '$1 ')
    .replace(/(range can't iterate over) .*/s, '$1 this value')
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim();
}

function withAdvice(text: string): string {
  return /missing in charts\/ directory/.test(text)
    ? `${text.replace(/^.*?fetch missing dependencies: /, '')}. Run \`helm dependency build\` in a step before this one, or commit the charts/ folder`
    : text;
}
