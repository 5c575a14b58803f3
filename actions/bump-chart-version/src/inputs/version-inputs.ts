import { isComponentName } from '../../../lib/components.ts';
import type { Environment, InputReader, Parsed } from '../../../lib/runner/inputs.ts';
import type { Version, VersionLevel } from '../../../lib/versions.ts';
import type { AppVersionRule, VersionRule } from './settings.ts';
import type { WantedImage } from './wanted-image.ts';

const LEVELS: readonly VersionLevel[] = ['major', 'minor', 'patch', 'prerelease'];

/** What a tag of one component, such as `web-v1.4.2`, can be a version of. */
interface Named {
  /** Directories. */
  charts: readonly string[];
  images: readonly Pick<WantedImage, 'name'>[];
  /** The files that record images, which are not known yet. */
  from: readonly string[];
}

interface VersionInputs {
  version: VersionRule;
  appVersion: AppVersionRule;
}

/** Reads `version`, `app-version` and `tag-prefix`. */
export async function readVersionInputs(reader: InputReader, env: Environment, named: Named): Promise<VersionInputs> {
  const prefix = reader.parsed('tag-prefix', parseTagPrefix, 'web/');
  const tag = await readPushedTag(env, prefix, named);
  const version = await readVersion(reader, tag);
  if (version.kind === 'follow' && named.images.length + named.from.length === 0) {
    reader.addProblem({
      input: 'version',
      value: 'follow',
      problem: 'takes the level at which the images change, and there are no images',
      example: 'patch',
    });
  }
  return { version, appVersion: readAppVersion(reader, tag) };
}

/** The pushed tag with its version, or why it has none. */
type PushedTag = { name: string } & TagVersion;
type TagVersion = { version: Version } | { problem: string; advice: string };

async function readVersion(reader: InputReader, tag: PushedTag | undefined): Promise<VersionRule> {
  const text = reader.text('version', 'auto');
  if (text === 'none' || text === 'follow') return { kind: text };
  const level = LEVELS.find((name) => name === text);
  if (level !== undefined) return { kind: 'level', level };
  if (text !== 'auto') return readExactVersion(reader, text);
  if (tag === undefined) return { kind: 'level', level: 'patch' };
  if ('version' in tag) return { kind: 'exact', version: tag.version };
  reader.addProblem({
    input: 'version',
    value: tag.name,
    problem: `is auto, and the pushed tag ${tag.problem}`,
    advice: tag.advice,
    example: '1.4.2',
  });
  return { kind: 'none' };
}

async function readExactVersion(reader: InputReader, text: string): Promise<VersionRule> {
  const { parseVersion } = await loadVersions();
  const parsed = parseVersion(text);
  if ('value' in parsed) return { kind: 'exact', version: parsed.value };
  reader.addProblem({
    input: 'version',
    value: text,
    problem: `is not auto, ${LEVELS.join(', ')}, follow or none, and ${parsed.problem}`,
    example: '1.4.2',
  });
  return { kind: 'none' };
}

function readAppVersion(reader: InputReader, tag: PushedTag | undefined): AppVersionRule {
  const text = reader.text('app-version', 'auto');
  if (text === 'auto') return { kind: 'auto', tag: tag !== undefined && 'version' in tag ? tag.version : undefined };
  return text === 'none' ? { kind: 'none' } : { kind: 'text', text };
}

/** Loaded only where there is a version: its parser is large. */
const loadVersions = () => import('../../../lib/versions.ts');

async function readPushedTag(
  env: Environment,
  prefix: string | undefined,
  named: Named,
): Promise<PushedTag | undefined> {
  const ref = env.GITHUB_REF ?? '';
  if (!ref.startsWith('refs/tags/')) return undefined;
  const name = ref.slice('refs/tags/'.length);
  return { name, ...(prefix === undefined ? await versionOf(name, named) : await versionAfter(prefix, name)) };
}

async function versionAfter(prefix: string, name: string): Promise<TagVersion> {
  const { versionAfterPrefix } = await loadVersions();
  const version = versionAfterPrefix(name, prefix);
  if (version !== undefined) return { version };
  return {
    problem: name.startsWith(prefix)
      ? `has no semantic version after the tag-prefix ${prefix}`
      : `does not begin with the tag-prefix ${prefix}`,
    advice: `start the workflow only for such tags (on.push.tags: ["${prefix}*"]), or set the version`,
  };
}

/** Without a prefix: a plain version, or one of a component that is every chart, or every image, of this step. */
async function versionOf(name: string, { charts, images }: Named): Promise<TagVersion> {
  const { parseComponentTag, parseVersion } = await loadVersions();
  const parsed = parseVersion(name);
  if ('value' in parsed) return { version: parsed.value };
  const tag = parseComponentTag(name);
  if (tag === undefined) return { problem: parsed.problem, advice: 'push a tag such as v1.4.2, or set the version' };
  const { component, prefix, version } = tag;
  const isEvery = (names: readonly string[]): boolean =>
    names.length > 0 && names.every((other) => isComponentName(component, other));
  if (isEvery(charts) || isEvery(images.map((image) => image.name))) return { version };
  return {
    problem: `is a version of ${component}, and neither all charts nor all images have that name`,
    advice: `set tag-prefix: ${prefix} if it is the version of these charts, or set the version`,
  };
}

/** Characters of tags: https://git-scm.com/docs/git-check-ref-format */
function parseTagPrefix(text: string): Parsed<string> {
  return /[\s~^:?*[\\]|\.\.|^refs\//.test(text)
    ? { problem: 'is not the beginning of a tag (without refs/tags/ and without a wildcard)' }
    : { value: text };
}
