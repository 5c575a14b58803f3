import { readEvent } from '../../../lib/context.ts';
import type { Environment, InputReader } from '../../../lib/inputs.ts';
import { readPushed } from '../tags/push-event.ts';
import { parseTagRule, reasonsForNone, type TagRule, versionTag } from '../tags/tag-rules.ts';

/** The rules of the `tags` input. Whether they fit the run is found here too, so that it is told together with all other faults. */
export async function readTags(reader: InputReader, env: Environment, push: boolean): Promise<TagRule[]> {
  const rules = reader.parsedLines('tags', parseTagRule, 'sha', 'sha');
  if (rules.length < reader.lines('tags', 'sha').length) return rules;
  const fault = await misfit(rules, env, push);
  if (fault !== undefined) reader.addProblem({ input: 'tags', ...fault });
  return rules;
}

interface Misfit {
  problem: string;
  example: string;
}

/** Why the rules do not fit the run. What every run has (`sha`, `raw:…`) loads nothing. */
async function misfit(rules: readonly TagRule[], env: Environment, push: boolean): Promise<Misfit | undefined> {
  const versioned = rules.find(({ kind }) => kind.startsWith('semver'));
  const always = rules.some(({ kind }) => kind === 'sha' || kind === 'raw');
  if (versioned === undefined && (always || !push)) return undefined;

  const ref = env.GITHUB_REF ?? '';
  const [, kind, name] = /^refs\/(heads|tags)\/(.*)$/s.exec(ref) ?? [];
  const tag = kind === 'tags' ? name : undefined;
  // A payload that cannot be read is told by the flow, which needs it; here it would hide the faults.
  const event = await readEvent(env).catch(() => ({}));
  const pushed = await readPushed({ branch: kind === 'heads' ? name : undefined, tag }, event);
  // `sha` alone would leave a release without its version.
  if (versioned !== undefined && tag !== undefined && pushed.release === undefined)
    return {
      problem: `has the rule ${versioned.kind}, but the pushed tag is not a version: ${JSON.stringify(tag)}`,
      example: 'sha; or start the workflow for tags such as v1.4.2 alone',
    };
  if (pushed.release !== undefined && rules.some((rule) => rule.kind === 'semver')) {
    const parsed = versionTag(pushed.release.text);
    if ('problem' in parsed)
      return {
        problem: `has the rule semver, but ${parsed.problem}: ${pushed.release.text}`,
        example: 'sha; or push a tag with a shorter version',
      };
  }
  const reasons = push ? reasonsForNone(rules, pushed) : undefined;
  if (reasons === undefined) return undefined;
  const list = reasons.map(({ rule, reason }) => `${rule}: ${reason}`).join('; ');
  return {
    problem: `has no rule that gives a tag in this run, for ${ref === '' ? 'no ref' : ref} (${list})`,
    example: 'sha, which every run has; or push: false, to build without pushing',
  };
}
