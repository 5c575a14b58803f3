import type { InputProblem } from '../../../lib/errors.ts';
import { readEvent } from '../../../lib/runner/context.ts';
import type { Environment, InputReader } from '../../../lib/runner/inputs.ts';
import { readPushEvent } from '../tags/push-event.ts';
import { explainNoTags, parseTagRule, type TagRule, versionTag } from '../tags/tag-rules.ts';

/** The rules of the `tags` input. They are checked against the event here too, to report the result with all other problems. */
export async function readTags(reader: InputReader, env: Environment, push: boolean): Promise<TagRule[]> {
  const rules = reader.parsedLines('tags', parseTagRule, { fallback: 'sha' });
  if (rules.length < reader.lines('tags', 'sha').length) return rules;
  const problem = await validateTagsForEvent(rules, env, push);
  if (problem !== undefined) reader.addProblem({ input: 'tags', ...problem });
  return rules;
}

type TagsProblem = Omit<InputProblem, 'input'>;

/** Why the rules do not fit the event. Rules that always apply (`sha`, `raw:…`) load nothing. */
async function validateTagsForEvent(
  rules: readonly TagRule[],
  env: Environment,
  push: boolean,
): Promise<TagsProblem | undefined> {
  const versioned = rules.find(({ kind }) => kind.startsWith('semver'));
  const always = rules.some(({ kind }) => kind === 'sha' || kind === 'raw');
  if (versioned === undefined && (always || !push)) return undefined;

  const ref = env.GITHUB_REF ?? '';
  const [, kind, name] = /^refs\/(heads|tags)\/(.*)$/s.exec(ref) ?? [];
  const tag = kind === 'tags' ? name : undefined;
  // An unreadable payload is reported later, by the flow that needs it; here it would hide the other problems.
  const payload = await readEvent(env).catch(() => ({}));
  const event = await readPushEvent({ branch: kind === 'heads' ? name : undefined, tag }, payload);
  // With `sha` alone a release would have no version.
  if (versioned !== undefined && tag !== undefined && event.release === undefined)
    return {
      problem: `has the rule ${versioned.kind}, but the pushed tag is not a version: ${JSON.stringify(tag)}`,
      advice: 'start the workflow only for tags such as v1.4.2, or use another rule',
      example: 'sha',
    };
  if (event.release !== undefined && rules.some((rule) => rule.kind === 'semver')) {
    const parsed = versionTag(event.release.text);
    if ('problem' in parsed)
      return {
        problem: `has the rule semver, but ${parsed.problem}: ${event.release.text}`,
        advice: 'push a tag with a shorter version, or use another rule',
        example: 'sha',
      };
  }
  const reasons = push ? explainNoTags(rules, event) : undefined;
  if (reasons === undefined) return undefined;
  const list = reasons.map(({ rule, reason }) => `${rule}: ${reason}`).join('; ');
  return {
    problem: `has no rule that gives a tag in this run, for ${ref === '' ? 'no ref' : ref} (${list})`,
    advice: 'add a rule that always applies, or set `push: false` to build without pushing',
    example: 'sha',
  };
}
