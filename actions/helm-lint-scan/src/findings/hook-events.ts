import { closestName } from '../../../lib/similar-names.ts';

/** Source: `events` of https://github.com/helm/helm/blob/v4.3.1/pkg/release/v1/util/manifest_sorter.go */
const EVENTS = [
  'pre-install',
  'post-install',
  'pre-delete',
  'post-delete',
  'pre-upgrade',
  'post-upgrade',
  'pre-rollback',
  'post-rollback',
  'test',
  'test-success',
];

export interface UnknownEvent {
  /** 1-based. */
  line: number;
  event: string;
  /** The event that was probably meant. */
  suggestion: string | undefined;
}

const HOOK = /helm\.sh\/hook["']?[ \t]*:[ \t]*(.*)/;

/** The hook events in the text of a template that Helm does not know. Events that are computed are skipped. */
export function findUnknownEvents(template: string): UnknownEvent[] {
  return withoutComments(template)
    .split('\n')
    .flatMap((line, index) =>
      readEvents(line).flatMap((event) =>
        EVENTS.includes(event.toLowerCase())
          ? []
          : [{ line: index + 1, event, suggestion: closestName(event, EVENTS) }],
      ),
    );
}

/** The events of a line: `a,b`, also in quotes or as one of several keys in braces. */
function readEvents(line: string): string[] {
  const [before = '', value = ''] = [line.split('helm.sh/hook', 1)[0], HOOK.exec(line)?.[1]?.trim()];
  if (before.includes('#') || value.startsWith('{{')) return [];
  const quote = /^["']/.exec(value)?.[0];
  const text = quote === undefined ? value.replace(/[ \t]#.*/, '') : (value.slice(1).split(quote)[0] ?? '');
  const parts = text.split(',').map((part) => (part.includes('{{') ? part : (part.split('}')[0] ?? '')).trim());
  const end = parts.findIndex((part) => part.includes(':'));
  const events = end < 0 ? parts : parts.slice(0, end);
  return events.filter((event) => event !== '' && !event.includes('{{'));
}

/** The text with the comments of templates blank, and all lines in place. */
export function withoutComments(text: string): string {
  let result = '';
  let at = 0;
  for (const { index } of text.matchAll(/\{\{-?[ \t]*\/\*/g)) {
    if (index < at) continue;
    const end = text.indexOf('*/', index);
    if (end < 0) break;
    result += text.slice(at, index) + text.slice(index, end).replaceAll(/[^\n]/g, '');
    at = end;
  }
  return result + text.slice(at);
}
