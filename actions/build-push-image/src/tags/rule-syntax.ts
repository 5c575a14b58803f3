import { type ImageTag, parseImageTag } from '../../../lib/identifiers.ts';
import type { Parsed } from '../../../lib/runner/inputs.ts';

const KINDS = [
  ...(['sha', 'sha-long', 'semver', 'semver-minor', 'semver-major', 'semver-major-zero'] as const),
  ...(['branch', 'latest', 'pr', 'schedule'] as const),
] as const;

/** One line of the `tags` input. */
export type TagRule =
  | { [Kind in Exclude<(typeof KINDS)[number], 'schedule'>]: { kind: Kind } }[Exclude<
      (typeof KINDS)[number],
      'schedule'
    >]
  | { kind: 'schedule' | 'raw' | 'moving'; tag: ImageTag }
  | {
      kind: 'match';
      /** What the pattern finds in the pushed Git tag: its first group, or all of it. */
      find: (tag: string) => string | undefined;
    };

/** A line as it is written: `match` has yet to be compiled. */
export type WrittenRule = Exclude<TagRule, { kind: 'match' }> | { kind: 'match'; pattern: string };

const WITH_TEXT = ['raw', 'moving', 'schedule', 'match'] as const;

export function parseTagRule(text: string): Parsed<WrittenRule> {
  const kind = KINDS.find((name) => name === text);
  if (kind === 'schedule') return { value: { kind, tag: 'nightly' as ImageTag } };
  if (kind !== undefined) return { value: { kind } };
  const prefix = WITH_TEXT.find((name) => text.startsWith(`${name}:`));
  if (prefix === undefined)
    return { problem: `is not one of ${KINDS.join(', ')}, schedule:TEXT, raw:TEXT, moving:TEXT, match:REGEX` };
  const rest = text.slice(prefix.length + 1);
  if (prefix === 'match')
    return rest === '' ? { problem: 'has no pattern' } : { value: { kind: prefix, pattern: rest } };
  const tag = parseImageTag(rest);
  return 'problem' in tag ? tag : { value: { kind: prefix, tag: tag.value } };
}

/** The name of a rule in messages. */
export const ruleName = (rule: TagRule): string => (rule.kind === 'raw' ? `raw:${rule.tag}` : rule.kind);

/** Whether a rule gives a tag in every run. */
export const isUnconditional = ({ kind }: TagRule): boolean =>
  kind === 'sha' || kind === 'sha-long' || kind === 'raw' || kind === 'moving';

/** Whether a rule needs the pushed tag to be a version. */
export const needsVersion = ({ kind }: TagRule): boolean => kind.startsWith('semver');
