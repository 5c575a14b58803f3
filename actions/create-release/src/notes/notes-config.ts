import { parseDocument } from 'yaml';
import type { Parsed } from '../../../lib/runner/inputs.ts';
import { closestName } from '../../../lib/similar-names.ts';
import { isStackOverflow, NESTED_TOO_DEEPLY } from '../../../lib/yaml/depth.ts';
import type { NotesConfig, NotesSection } from './sections.ts';

const KEYS = ['title', 'types', 'scopes', 'labels', 'hidden'];

/**
 * Parse the file of `notes-config`:
 *
 *     sections:
 *       - title: Features
 *         types: [feat]
 *       - title: Dependencies
 *         types: [build, chore]
 *         scopes: [deps]
 *       - title: Ignored
 *         labels: [skip-notes]
 *         hidden: true
 */
export function readNotesConfig(text: string): Parsed<NotesConfig> {
  const data = parseYaml(text);
  if ('problem' in data) return data;
  const problems: string[] = [];
  const sections = readSections(data.value, (problem) => problems.push(problem));
  return problems.length > 0 ? { problem: problems.join('; ') } : { value: { sections } };
}

function parseYaml(text: string): Parsed<unknown> {
  try {
    const document = parseDocument(text, { logLevel: 'error' });
    const messages = document.errors.map(({ message }) => message.split('\n')[0]?.replace(/:$/, '') ?? '');
    if (messages.length === 0) return { value: document.toJS() };
    return { problem: messages.some(isStackOverflow) ? NESTED_TOO_DEEPLY : `is not YAML: ${messages[0]}` };
  } catch (error) {
    // `toJS` refuses documents that expand without limit (aliases of aliases).
    const { message } = error as Error;
    return { problem: isStackOverflow(message) ? NESTED_TOO_DEEPLY : `is invalid: ${message}` };
  }
}

type Report = (problem: string) => void;

function readSections(data: unknown, report: Report): NotesSection[] {
  if (!isMapping(data)) {
    report('is not a mapping with the key `sections`');
    return [];
  }
  reportUnknownKeys(data, { known: ['sections'], where: '' }, report);
  const { sections } = data;
  if (!Array.isArray(sections)) {
    report(sections === undefined ? '`sections` is missing' : '`sections` is not a list');
    return [];
  }
  if (sections.length === 0) report('`sections` is empty');
  const read = sections.map((section, index) => readSection(section, `sections[${index}]`, report));
  reportUnreachable(read, report);
  return read;
}

function readSection(data: unknown, where: string, report: Report): NotesSection {
  if (!isMapping(data)) {
    report(`\`${where}\` is not a mapping with the keys ${KEYS.join(', ')}`);
    return { title: '', types: [], scopes: [], labels: [], hidden: false };
  }
  reportUnknownKeys(data, { known: KEYS, where }, report);
  const { title, hidden = false } = data;
  if (title === undefined) report(`\`${where}.title\` is missing`);
  else if (typeof title !== 'string' || title.trim() === '' || /[\r\n]/.test(title.trim()))
    report(`\`${where}.title\` is not one line of text`);
  if (typeof hidden !== 'boolean') report(`\`${where}.hidden\` is not true or false`);
  const list = (key: 'types' | 'scopes' | 'labels'): string[] => readList(data[key], `${where}.${key}`, report);
  const section = { types: list('types'), scopes: list('scopes'), labels: list('labels') };
  if (['types', 'scopes', 'labels'].every((key) => data[key] === undefined))
    report(`\`${where}\` has neither types nor scopes nor labels, so that nothing belongs to it`);
  return { ...section, title: typeof title === 'string' ? title.trim() : '', hidden: hidden === true };
}

function readList(data: unknown, where: string, report: Report): string[] {
  if (data === undefined) return [];
  if (!Array.isArray(data)) {
    report(`\`${where}\` is not a list`);
    return [];
  }
  return data.flatMap((item, index) => {
    if (typeof item === 'string' && item.trim() !== '') return [item.trim().toLowerCase()];
    report(`\`${where}[${index}]\` is not text`);
    return [];
  });
}

/** A type in two sections without scopes: the second would never get a change. */
function reportUnreachable(sections: readonly NotesSection[], report: Report): void {
  const first = new Map<string, number>();
  for (const [index, { types, scopes }] of sections.entries()) {
    if (scopes.length > 0) continue;
    for (const type of new Set(types)) {
      const other = first.get(type);
      if (other === undefined) first.set(type, index);
      else
        report(`\`sections[${index}].types\` has ${JSON.stringify(type)}, which \`sections[${other}].types\` has too`);
    }
  }
}

function reportUnknownKeys(
  data: Record<string, unknown>,
  { known, where }: { known: readonly string[]; where: string },
  report: Report,
): void {
  for (const key of Object.keys(data).filter((key) => !known.includes(key))) {
    const similar = closestName(key, known);
    const advice = similar === undefined ? `the keys are ${known.join(', ')}` : `did you mean ${similar}?`;
    report(`\`${where === '' ? key : `${where}.${key}`}\` is unknown (${advice})`);
  }
}

const isMapping = (data: unknown): data is Record<string, unknown> =>
  typeof data === 'object' && data !== null && !Array.isArray(data);
