import { type AllowedPaths, allowedPaths } from '../../../lib/files/workspace.ts';
import { parseBranchName, parseTagName } from '../../../lib/git-refs.ts';
import { readImages } from '../../../lib/images/images-input.ts';
import type { ImageReference } from '../../../lib/images/images-output.ts';
import { type Environment, InputReader } from '../../../lib/runner/inputs.ts';
import { type FoundFile, readFiles, readTextFile } from './files.ts';

export const CHECKSUMS_NAME = 'SHA256SUMS';
const NOTES = ['github', 'commits', 'none'] as const;

export interface Settings {
  tag: string;
  name: string;
  /** From `body` or `body-path`. */
  body: string;
  notes: (typeof NOTES)[number];
  /** `undefined` for `auto`. */
  previousTag: string | undefined;
  /** `undefined` for `auto`. */
  prerelease: boolean | undefined;
  /** `undefined` for `auto`. */
  makeLatest: boolean | undefined;
  draft: boolean;
  /** The directories that `files` and `body-path` must stay in. */
  allowed: AllowedPaths;
  files: FoundFile[];
  checksums: boolean;
  images: ImageReference[];
  majorTag: boolean;
  update: boolean;
  target: string | undefined;
  token: string;
  /** Retries of each request after its first attempt. */
  retries: number;
  dryRun: boolean;
  summary: boolean;
}

/**
 * All inputs as one typed object. Files that inputs name are read or found here too, so that all problems are reported together.
 * @throws {InputError} with every problem
 */
export async function readSettings(env: Environment): Promise<Settings> {
  const reader = new InputReader(env);
  const allowed = allowedPaths(env);
  const tag = readTag(reader, env);
  const prerelease = reader.autoBoolean('prerelease');
  const makeLatest = reader.autoBoolean('make-latest');
  const settings: Settings = {
    tag,
    name: reader.text('name', tag),
    body: await readBody(reader, allowed),
    notes: reader.choice('notes', NOTES, 'github'),
    previousTag: readPreviousTag(reader),
    prerelease,
    makeLatest,
    draft: reader.boolean('draft', false),
    allowed,
    files: await readFiles(reader, allowed),
    checksums: reader.boolean('checksums', true),
    images: (await readImages(reader, 'images')) ?? [],
    majorTag: reader.boolean('major-tag', false),
    update: reader.boolean('update', false),
    target: reader.parsed('target', parseBranchName, 'main'),
    token: readToken(reader, env),
    retries: reader.integer('retries', { min: 0, max: 100 }, 4),
    dryRun: reader.boolean('dry-run', false),
    summary: reader.boolean('summary', true),
  };
  if (prerelease === true && makeLatest === true)
    reader.addProblem({
      input: 'make-latest',
      value: 'true',
      problem: 'contradicts prerelease: true',
      example: 'auto',
    });
  if (tag !== '') await checkAgainstTag(reader, settings);
  if (settings.checksums && settings.files.some(({ name }) => name === CHECKSUMS_NAME)) {
    reader.addProblem({
      input: 'files',
      problem: `matches a file named ${CHECKSUMS_NAME}, which this step creates`,
      advice: 'exclude it, or set checksums: false',
      example: `!**/${CHECKSUMS_NAME}`,
    });
  }
  reader.assertValid();
  return settings;
}

function readTag(reader: InputReader, env: Environment): string {
  const ref = env.GITHUB_REF ?? '';
  const pushed = ref.startsWith('refs/tags/') ? ref.slice('refs/tags/'.length) : '';
  const given = reader.text('tag', pushed);
  const example = 'v1.4.2';
  if (given === '') {
    reader.addProblem({ input: 'tag', problem: 'is required when no tag triggered the run', example });
    return '';
  }
  const parsed = parseTagName(given);
  if ('value' in parsed) return parsed.value;
  reader.addProblem({ input: 'tag', value: given, problem: parsed.problem, example });
  return '';
}

/** Check the inputs that depend on the tag. Modules are loaded only when such an input is set. */
async function checkAgainstTag(
  reader: InputReader,
  { tag, prerelease, makeLatest, majorTag }: Pick<Settings, 'tag' | 'prerelease' | 'makeLatest' | 'majorTag'>,
): Promise<void> {
  if (makeLatest !== true && !majorTag) return;
  const [{ versionOfTag }, { isPrerelease }] = await Promise.all([
    import('../../../lib/versions.ts'),
    import('../history/version-rules.ts'),
  ]);
  const version = versionOfTag(tag);
  if (majorTag && version === undefined) {
    const problem = `needs a tag that is a semantic version; ${tag} is not`;
    reader.addProblem({ input: 'major-tag', value: 'true', problem, example: 'false' });
  }
  // `prerelease: true` is a separate problem, whatever the tag.
  if (makeLatest === true && prerelease !== true && isPrerelease(version, prerelease)) {
    const problem = `contradicts the tag ${tag}, a pre-release, which GitHub never makes the latest`;
    reader.addProblem({ input: 'make-latest', value: 'true', problem, example: 'auto' });
  }
}

/** The value of the secret is never part of a problem. */
function readToken(reader: InputReader, env: Environment): string {
  const token = reader.text('token', env.GITHUB_TOKEN?.trim());
  if (token === '') reader.addProblem({ input: 'token', problem: 'is required', example: '${{ github.token }}' });
  return token;
}

async function readBody(reader: InputReader, allowed: AllowedPaths): Promise<string> {
  const body = reader.text('body');
  const file = await readTextFile(reader, 'body-path', allowed);
  if (body !== '' && reader.text('body-path') !== '')
    reader.addProblem({ input: 'body', problem: 'is set together with body-path', advice: 'set only one of the two' });
  return body || file.trim();
}

function readPreviousTag(reader: InputReader): string | undefined {
  return reader.text('previous-tag', 'auto') === 'auto'
    ? undefined
    : reader.parsed('previous-tag', parseTagName, 'v1.4.1');
}
