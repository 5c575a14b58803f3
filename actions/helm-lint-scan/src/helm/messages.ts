import { formatPath, type Path, parsePointer } from '../data.ts';
import { isSecretPath, withoutQuotes } from '../secrets.ts';
import { findNamedFile, findTemplateLines, joinLines, textAfter } from './text-search.ts';

/** A problem that Helm reports, and where it is. */
export interface HelmMessage {
  level: 'error' | 'warning' | 'note';
  message: string;
  at:
    | { in: 'template'; file: string; line: number }
    /** A line of the text that was rendered from the template. */
    | { in: 'rendered'; file: string; line: number }
    /** `chart` is the name of the chart whose schema is violated: a dependency's, or the chart's own. */
    | { in: 'values'; chart: string; path: Path }
    /** A file of the chart, or a values file by its absolute path. */
    | { in: 'file'; file: string; line: number }
    /** A requirement in Chart.yaml: a version of Kubernetes, or a dependency. */
    | { in: 'meta'; key: 'kubeVersion' }
    | { in: 'meta'; key: 'dependencies'; name: string }
    /** The name of a values file, which Helm parses as a URL. */
    | { in: 'name' }
    | { in: 'chart' };
  /** The template that Helm was rendering, under the name that Helm uses: it may include the one with the error. */
  rendering?: string;
}

type MessageLocation = HelmMessage['at'];

/** The start of a line of Helm's log. Only a prefix of each line is matched: a pattern over millions of characters can overflow the stack. */
const LOG_LINE = /^level=\w+ msg=|^\w+\.go:\d+: /;
const LOG_PREFIX = 200;

/** Why `helm template` failed. Helm 3 writes an error on one line, Helm 4 over several. */
export function parseRenderErrors(stderr: string): HelmMessage[] {
  const text = stderr
    .split(/\r?\n/)
    // Log lines of Helm 4 repeat the error.
    .filter((line) => !LOG_LINE.test(line.slice(0, LOG_PREFIX)))
    .join('\n');
  const start = text.search(/^Error: /m);
  const error = withoutHint(start < 0 ? text : text.slice(start + 'Error: '.length));
  return parseSchemaErrors(error) ?? parseMetaErrors(error) ?? [parseError(error === '' ? stderr.trim() : error)];
}

const HINT = 'Use --debug flag to render out invalid YAML';

function withoutHint(text: string): string {
  const whole = text.trim();
  return whole.endsWith(HINT) ? whole.slice(0, -HINT.length).trim() : whole;
}

/** The messages in the output of `helm lint`. */
export function parseLintOutput(stdout: string): HelmMessage[] {
  const parts = stdout.split(/^\[(INFO|WARNING|ERROR)\] /m);
  const messages: HelmMessage[] = [];
  for (let index = 1; index + 1 < parts.length; index += 2) {
    const level = LEVELS[parts[index] ?? ''] ?? 'error';
    const text = (parts[index + 1] ?? '').replace(/^(\d+ chart\(s\) linted|==> Linting )[\s\S]*/m, '').trim();
    for (const message of parseLintEntry(text)) messages.push({ ...message, level });
  }
  return messages;
}

const LEVELS: Record<string, HelmMessage['level']> = { INFO: 'note', WARNING: 'warning', ERROR: 'error' };

/** The files that `helm lint` names. */
const LINTED_FILE = /^(?:Chart\.yaml|values\.yaml|(?:templates|crds)\/\S+)$/;

function parseLintEntry(entry: string): HelmMessage[] {
  const [, path = '', rest = entry] = /^([^\s:]*): ([\s\S]*)$/.exec(entry) ?? [];
  const schema = parseSchemaErrors(path === 'values.yaml' ? `(s):\n${rest}` : rest);
  if (schema !== undefined) return schema;
  const meta = parseMetaErrors(rest);
  if (meta !== undefined) return meta;
  const message = parseError(rest);
  if (message.at.in !== 'chart') return [{ ...message, at: withFile(message.at, path) }];
  // `templates/: directory does not exist` needs its path; the path of the chart itself adds nothing.
  const isRelative = path !== '' && !path.startsWith('/') && !/^[A-Za-z]:/.test(path);
  const text = isRelative && !message.message.includes(path) ? `${path}: ${message.message}` : message.message;
  return [
    { ...message, message: text, at: LINTED_FILE.test(path) ? { in: 'file', file: path, line: 1 } : { in: 'chart' } },
  ];
}

/** A YAML error that the linter reports under the name of the file. */
function withFile(at: MessageLocation, path: string): MessageLocation {
  if (at.in !== 'file' || at.file !== '') return at;
  return path.startsWith('templates/') ? { in: 'rendered', file: path, line: at.line } : { ...at, file: path };
}

function parseError(text: string): HelmMessage {
  const level = 'error';
  const message = redactValues(text);
  // When a template includes another that fails, the error is in the last one.
  const templates = findTemplateLines(text);
  const last = templates.at(-1);
  const rendered = findNamedFile(['YAML parse error on '], text);
  if (last !== undefined && !text.startsWith('YAML parse error on'))
    return { level, message, at: { in: 'template', ...last }, rendering: templates[0]?.file ?? last.file };
  if (rendered !== undefined)
    return {
      level,
      message,
      at: { in: 'rendered', file: rendered.name, line: rendered.line },
      rendering: rendered.name,
    };
  const yaml = findNamedFile(['cannot load ', 'failed to parse '], text);
  if (yaml !== undefined) return { level, message, at: { in: 'file', file: yaml.name, line: yaml.line } };
  const line = /line (\d+)/.exec(textAfter('unable to parse YAML', text) ?? '')?.[1];
  if (line !== undefined) return { level, message, at: { in: 'file', file: '', line: Number(line) } };
  // Source: `readFile` in https://github.com/helm/helm/blob/main/pkg/cli/values/options.go
  return { level, message, at: { in: /^parse "/.test(text) ? 'name' : 'chart' } };
}

/** The violations of values.schema.json, one message for each: `- at '/web/port': got string, want integer`, before Helm 3.18 `- web.port: Invalid type…`. */
function parseSchemaErrors(text: string): HelmMessage[] | undefined {
  if (!/meet the specifications of the schema|^\(s\):\n- /.test(text)) return undefined;
  const messages: HelmMessage[] = [];
  let chart = '';
  for (const line of text.split('\n')) {
    const name = /^([\w.-]+):\s*$/.exec(line)?.[1];
    if (name !== undefined) chart = name;
    const pointer = /^\s*- at '([^']*)': (.+)$/.exec(line);
    const dotted = pointer === null ? /^\s*- (\(root\)|[^\s:]+): (.+)$/.exec(line) : null;
    const path = pointer === null ? parseDottedPath(dotted?.[1] ?? '(root)') : parsePointer(pointer[1] ?? '');
    const why = pointer?.[2] ?? dotted?.[2];
    if (why === undefined) continue;
    for (const { path: at, message } of splitSchemaError(path, why))
      messages.push({ level: 'error', message, at: { in: 'values', chart, path: at } });
  }
  return messages.length > 0 ? messages : undefined;
}

const parseDottedPath = (text: string): Path =>
  text === '(root)' ? [] : text.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step));

/** Keys that are not allowed are listed in the message, in no order, and the pointer is their parent: each key is a separate error. */
function splitSchemaError(path: Path, why: string): { message: string; path: Path }[] {
  const listed = /^additional propert(?:y|ies) (.+?)(?: is| are)? not allowed/i.exec(why)?.[1];
  const keys = listed?.split(/, | and /).map((key) => key.replaceAll(/^'|'$/g, '')) ?? [];
  if (keys.length === 0) {
    const shown = isSecretPath(path) ? withoutQuotes(why) : why;
    return [{ message: `values.schema.json rejects ${formatPath(path) || 'the values'}: ${shown}`, path }];
  }
  return keys.sort().map((key) => {
    const at = [...path, key];
    return { message: `values.schema.json rejects ${formatPath(at)}: unknown key`, path: at };
  });
}

/** Helm's message on one line, without the values that it repeats, which may be secrets. */
function redactValues(text: string): string {
  const range = "range can't iterate over";
  const iterated = text.indexOf(`${range} `);
  const shown = iterated < 0 ? text : `${text.slice(0, iterated)}${range} this value`;
  return joinLines(redactAnchor(shown));
}

/** An unknown anchor may be a secret that begins with a star. */
function redactAnchor(text: string): string {
  const start = text.indexOf("unknown anchor '");
  const end = text.lastIndexOf("' referenced");
  return start < 0 || end < start + "unknown anchor '".length
    ? text
    : `${text.slice(0, start)}unknown anchor ${text.slice(end + 2)}`;
}

const MISSING_DEPENDENCIES = ['missing in charts/ directory: ', 'chart directory is missing these dependencies: '];

/** Requirements of Chart.yaml that are not met: one message for each dependency, or one for the versions of Kubernetes, which does not name the version of the case. */
function parseMetaErrors(text: string): HelmMessage[] | undefined {
  const level = 'error';
  const range = /^chart requires kubeVersion: (.+) which is incompatible with Kubernetes v\S+$/.exec(text)?.[1];
  if (range !== undefined)
    return [
      {
        level,
        message: `the chart requires kubeVersion: ${range}, and Helm refuses any other version of Kubernetes`,
        at: { in: 'meta', key: 'kubeVersion' },
      },
    ];
  const names = MISSING_DEPENDENCIES.map((sentence) => textAfter(sentence, text)).find((list) => list !== undefined);
  return names?.split(',').map((item) => {
    const name = item.trim();
    const message = `the dependency ${name} is not in charts/. Run \`helm dependency build\` in a step before this one, set dependency-build: true, or commit the charts/ directory`;
    return { level, message, at: { in: 'meta', key: 'dependencies', name } };
  });
}
