import { readImages } from '../../lib/images-input.ts';
import type { ImageReference } from '../../lib/images-output.ts';
import { type Environment, InputReader, type Parsed } from '../../lib/inputs.ts';
import { type AllowedPaths, allowedPaths } from '../../lib/workspace.ts';
import { findFiles, type LocalFile, readTextFile } from './files.ts';
import { parseRefName } from './refs.ts';

export const CHECKSUMS_NAME = 'SHA256SUMS';
const NOTES = ['github', 'commits', 'none'] as const;

export interface Settings {
  tag: string;
  name: string;
  /** The user's own text, from `body` or `body-path`. */
  body: string;
  notes: (typeof NOTES)[number];
  /** `undefined`: found by the rules, as for the two below. */
  previousTag: string | undefined;
  prerelease: boolean | undefined;
  makeLatest: boolean | undefined;
  draft: boolean;
  /** Where `files` and `body-path` may lead. */
  area: AllowedPaths;
  files: LocalFile[];
  checksums: boolean;
  images: ImageReference[];
  majorTag: boolean;
  update: boolean;
  target: string | undefined;
  token: string;
  dryRun: boolean;
  summary: boolean;
}

/**
 * Every input as one typed object. The files that inputs name are read or found here too, so that all faults come together.
 * @throws {InputError} naming every fault
 */
export async function readSettings(env: Environment): Promise<Settings> {
  const reader = new InputReader(env);
  const area = allowedPaths(env);
  const tag = readTag(reader, env);
  const prerelease = reader.parsed('prerelease', parseAutoBoolean, 'auto')?.choice;
  const makeLatest = reader.parsed('make-latest', parseAutoBoolean, 'auto')?.choice;
  const settings: Settings = {
    tag,
    name: reader.text('name', tag),
    body: await readBody(reader, area),
    notes: reader.choice('notes', NOTES, 'github'),
    previousTag: readPreviousTag(reader),
    prerelease,
    makeLatest,
    draft: reader.boolean('draft', false),
    area,
    files: await findFiles(reader, area),
    checksums: reader.boolean('checksums', true),
    images: (await readImages(reader, 'images')) ?? [],
    majorTag: reader.boolean('major-tag', false),
    update: reader.boolean('update', false),
    target: reader.parsed('target', parseRefName('heads'), 'main'),
    token: readToken(reader, env),
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
    const problem = `names a file ${CHECKSUMS_NAME}, which this step makes itself`;
    reader.addProblem({ input: 'files', problem, example: `leave it out, or set checksums: false` });
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
  const parsed = parseRefName('tags')(given);
  if ('value' in parsed) return parsed.value;
  reader.addProblem({ input: 'tag', value: given, problem: parsed.problem, example });
  return '';
}

/** What an input asks that this tag cannot have. What asks nothing of the tag loads nothing. */
async function checkAgainstTag(
  reader: InputReader,
  { tag, prerelease, makeLatest, majorTag }: Pick<Settings, 'tag' | 'prerelease' | 'makeLatest' | 'majorTag'>,
): Promise<void> {
  if (makeLatest !== true && !majorTag) return;
  const [{ versionOfTag }, { isPrerelease }] = await Promise.all([
    import('../../lib/versions.ts'),
    import('./rules/marks.ts'),
  ]);
  const version = versionOfTag(tag);
  if (majorTag && version === undefined) {
    const problem = `needs a tag that is a semantic version; ${tag} is not`;
    reader.addProblem({ input: 'major-tag', value: 'true', problem, example: 'false' });
  }
  // `prerelease: true` is a fault by itself, whatever the tag.
  if (makeLatest === true && prerelease !== true && isPrerelease(version, prerelease)) {
    const problem = `contradicts the tag ${tag}, a pre-release, which GitHub never makes the latest`;
    reader.addProblem({ input: 'make-latest', value: 'true', problem, example: 'auto' });
  }
}

/** The secret's value is never part of a fault. */
function readToken(reader: InputReader, env: Environment): string {
  const token = reader.text('token', env.GITHUB_TOKEN?.trim());
  if (token === '') reader.addProblem({ input: 'token', problem: 'is required', example: '${{ github.token }}' });
  return token;
}

async function readBody(reader: InputReader, area: AllowedPaths): Promise<string> {
  const body = reader.text('body');
  const file = await readTextFile(reader, 'body-path', area);
  if (body !== '' && reader.text('body-path') !== '')
    reader.addProblem({ input: 'body', problem: 'is given beside body-path', example: 'give one of the two' });
  return body || file.trim();
}

function readPreviousTag(reader: InputReader): string | undefined {
  return reader.text('previous-tag', 'auto') === 'auto'
    ? undefined
    : reader.parsed('previous-tag', parseRefName('tags'), 'v1.4.1');
}

function parseAutoBoolean(text: string): Parsed<{ choice: boolean | undefined }> {
  if (text === 'auto') return { value: { choice: undefined } };
  if (/^(true|True|TRUE)$/.test(text)) return { value: { choice: true } };
  if (/^(false|False|FALSE)$/.test(text)) return { value: { choice: false } };
  return { problem: 'is neither auto nor a boolean (true True TRUE false False FALSE)' };
}
