import { join } from 'node:path/posix';
import type { Chart } from '../charts/chart.ts';
import { listAt, type Path, stringAt } from '../data.ts';
import type { HelmMessage } from '../helm/messages.ts';
import type { Location } from '../locate/location.ts';
import type { Resource } from '../manifests/resource.ts';
import { locateInFile } from './chart-findings.ts';

/** The release that `helm lint` renders. Source: https://github.com/helm/helm/blob/main/pkg/chart/v2/lint/rules/template.go */
const LINT_RELEASE = 'test-release';

/**
 * The resource whose name the linter refuses; it names only the template.
 * @param file in the repository
 */
export function findRefusedName(message: string, file: string, resources: readonly Resource[]): Resource | undefined {
  const name = /naming requirements: "([^"]{1,300})"/.exec(message)?.[1];
  if (name === undefined) return undefined;
  const ofFile = resources.filter(({ source }) => source.file === file);
  const same = ofFile.filter((resource) => resource.name === name);
  const found = same.length > 0 ? same : ofFile.filter((resource) => isNameFor(resource.name, name));
  return found.length === 1 ? found[0] : undefined;
}

/** Whether the names are the same but for that of the release, which occurs once. */
function isNameFor(name: string, linted: string): boolean {
  const [before = '', after, ...others] = linted.split(LINT_RELEASE);
  if (after === undefined || others.length > 0 || before + after === '') return false;
  return name.length > before.length + after.length && name.startsWith(before) && name.endsWith(after);
}

/**
 * The line of Chart.yaml that a message is about. A key that is missing has none: then it is the first line.
 * Source of the messages: https://github.com/helm/helm/blob/main/pkg/chart/v2/lint/rules/chartfile.go
 */
export function locateInMeta(chart: Chart, message: string): Location | undefined {
  const path = metaPath(message.replace(/^Chart\.yaml: /, ''), chart.meta.value);
  if (path === undefined) return undefined;
  const found = locateInFile(chart, 'Chart.yaml', path);
  return found.exact ? found : { file: join(chart.path, 'Chart.yaml'), line: 1, exact: path.length === 1 };
}

function metaPath(text: string, meta: unknown): Path | undefined {
  const named = /^(?:chart )?(apiVersion|appVersion|dependencies|icon|name|type|version)\b/.exec(text)?.[1];
  if (named !== undefined) return [named];
  if (text.startsWith('invalid icon URL')) return ['icon'];
  const source = /^invalid source URL '([^']*)'/.exec(text)?.[1];
  if (source !== undefined) return itemPath(meta, 'sources', (item) => item === source);
  const [, key, maintainer] = /^invalid (email|url) '[^']*' for maintainer '([^']*)'/.exec(text) ?? [];
  if (key === undefined) return undefined;
  const item = itemPath(meta, 'maintainers', (item) => stringAt(item, 'name') === maintainer);
  return item && [...item, key];
}

function itemPath(meta: unknown, key: string, is: (item: unknown) => boolean): Path | undefined {
  const items = listAt(meta, key);
  const index = items.findIndex(is);
  return index < 0 || items.findLastIndex(is) !== index ? undefined : [key, index];
}

/**
 * The linter joins `---` and the line after it when an action between them trims the line break on both sides. Helm itself splits the
 * documents before, and installs them: https://github.com/helm/helm/issues/10149
 */
export const isSeparatorBug = ({ message }: Pick<HelmMessage, 'message'>): boolean =>
  message.includes('invalid Yaml document separator');

/** An action after a line of `---` that trims on both sides. */
export const TRIMMED_SEPARATOR = /(?<=^---[ \t]*\r?\n[ \t]*)\{\{-[^\n]*-\}\}/gm;
