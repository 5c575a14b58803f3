import type { InputProblem } from '../../../lib/errors.ts';
import { readEvent } from '../../../lib/runner/context.ts';
import type { Environment, InputReader } from '../../../lib/runner/inputs.ts';
import { eventForImage, type PushEvent, readPushEvent } from '../tags/push-event.ts';
import { isUnconditional, needsVersion, parseTagRule, ruleName, type TagRule } from '../tags/rule-syntax.ts';
import { type Affixes, explainNoTags, versionTag } from '../tags/tag-rules.ts';
import { compileRules, parseTagPrefix, parseTagSuffix } from './image-tags.ts';
import type { ImageItem } from './images-input.ts';

/** The tags of one image. */
export interface ImageTags {
  tags: readonly TagRule[];
  affixes: Affixes;
}

interface NamedTags extends ImageTags {
  name: string;
  /** Where the rules are written. */
  input: string;
}

/**
 * The rules of each image: its own, otherwise those of the `tags` input. They are checked against the event here too, to report the result with all
 * other problems.
 */
export async function readTags(
  reader: InputReader,
  items: readonly ImageItem[],
  { env, push }: { env: Environment; push: boolean },
): Promise<ImageTags[]> {
  const written = reader.parsedLines('tags', parseTagRule, { fallback: 'sha' });
  const common = await compileRules(written, { reader, input: 'tags' });
  const prefix = reader.parsed('tag-prefix', parseTagPrefix, 'web-') ?? '';
  const suffix = reader.parsed('tag-suffix', parseTagSuffix, '-debug') ?? '';
  // Invalid rules are reported once.
  const isComplete = common.length === reader.lines('tags', 'sha').length;
  const images: NamedTags[] = [];
  for (const { name, location, tags, tagPrefix, tagSuffix } of items) {
    const [rules, input] =
      tags.length > 0 ? [await compileRules(tags, { reader, input: location }), location] : [common, 'tags'];
    images.push({
      name,
      input,
      tags: rules,
      affixes: { tagPrefix: tagPrefix ?? prefix, tagSuffix: tagSuffix ?? suffix },
    });
  }
  const checked =
    images.length > 0
      ? images
      : [{ name: '', input: 'tags', tags: common, affixes: { tagPrefix: prefix, tagSuffix: suffix } }];
  if (isComplete) for (const problem of await validateForEvent(checked, env, push)) reader.addProblem(problem);
  return images;
}

/** Why the rules do not fit the event. Rules that always apply (`sha`, `raw:…`) load nothing. */
async function validateForEvent(
  images: readonly NamedTags[],
  env: Environment,
  push: boolean,
): Promise<InputProblem[]> {
  const applyAlways = images.every(({ tags }) => !tags.some(needsVersion) && (!push || tags.some(isUnconditional)));
  if (applyAlways) return [];

  const ref = env.GITHUB_REF ?? '';
  const [, kind, name] = /^refs\/(heads|tags)\/(.*)$/s.exec(ref) ?? [];
  // An unreadable payload is reported later, by the flow that needs it; here it would hide the other problems.
  const payload = await readEvent(env).catch(() => ({}));
  const event = await readPushEvent(
    { branch: kind === 'heads' ? name : undefined, tag: kind === 'tags' ? name : undefined },
    payload,
  );
  const problems = images.flatMap((image) => findProblem(image, images, { event, ref, push }) ?? []);
  // Several images with the rules of the input have one problem.
  return [...new Map(problems.map((problem) => [`${problem.input}: ${problem.problem}`, problem])).values()];
}

function findProblem(
  { name, input, tags, affixes }: NamedTags,
  images: readonly NamedTags[],
  { event, ref, push }: { event: PushEvent; ref: string; push: boolean },
): InputProblem | undefined {
  const versioned = tags.find(needsVersion);
  // With `sha` alone a release would have no version.
  if (versioned !== undefined && event.tag !== undefined && event.release === undefined)
    return { input, ...describeNoVersion(ruleName(versioned), event.tag), example: 'sha' };
  const own = eventForImage(event, name);
  const hasComponent = images.some((image) => eventForImage(event, image.name).component === undefined);
  if (versioned !== undefined && !hasComponent)
    return {
      input,
      problem: `has the rule ${ruleName(versioned)}, but the pushed tag is a version of ${event.component}, and no image has this name: ${JSON.stringify(event.tag)}`,
      advice: `name an image ${event.component}, or start the workflow only for tags of its images`,
      example: 'sha',
    };
  if (own.release !== undefined && tags.some((rule) => rule.kind === 'semver')) {
    const parsed = versionTag(own.release.text, affixes);
    if ('problem' in parsed)
      return {
        input,
        problem: `has the rule semver, but ${parsed.problem}: ${own.release.text}`,
        advice: 'push a tag with a shorter version, or use another rule',
        example: 'sha',
      };
  }
  const reasons = push ? explainNoTags(tags, own, affixes) : undefined;
  // An image of another component is left out.
  if (reasons === undefined || (own.component !== undefined && hasComponent)) return undefined;
  const list = reasons.map(({ rule, reason }) => `${rule}: ${reason}`).join('; ');
  return {
    input,
    problem: `has no rule that gives a tag in this run, for ${ref === '' ? 'no ref' : ref} (${list})`,
    advice: 'add a rule that always applies, or set `push: false` to build without pushing',
    example: 'sha',
  };
}

function describeNoVersion(rule: string, tag: string): { problem: string; advice: string } {
  const quoted = JSON.stringify(tag);
  if (/^v?\d+(?:\.\d+)+$/.test(tag) && /(?:^v?|\.)0\d/.test(tag))
    return {
      problem: `has the rule ${rule}, but the pushed tag is not a semantic version, because a number in it begins with 0: ${quoted}`,
      advice: `use \`match:${tag.replace(/\d+/g, (digits) => `\\d{${digits.length}}`).replaceAll('.', '\\.')}\` instead, which takes the tag as it is`,
    };
  return {
    problem: `has the rule ${rule}, but the pushed tag is not a version: ${quoted}`,
    advice: 'start the workflow only for tags such as v1.4.2 or web-v1.4.2, or use another rule, such as `match:REGEX`',
  };
}
