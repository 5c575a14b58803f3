import type { InputProblem } from '../../../lib/errors.ts';
import { type AllowedPaths, allowedPaths } from '../../../lib/files/workspace.ts';
import { parseBranchName, parseTagName } from '../../../lib/git-refs.ts';
import { parseRepositoryName, type RepositoryName } from '../../../lib/identifiers.ts';
import { readImages } from '../../../lib/images/images-input.ts';
import type { ImageReference } from '../../../lib/images/images-output.ts';
import { type Environment, InputReader, type Parsed } from '../../../lib/runner/inputs.ts';
import { CHECKSUMS_NAME } from '../assets/asset-names.ts';
import { type ContentTypeRule, readContentTypes } from '../assets/content-types.ts';
import { type FileMessage, type FoundFile, readFiles, readTextFile } from './files.ts';

const OTHER_FILES = ['keep', 'remove'] as const;
const NOTES = ['github', 'commits', 'changelog', 'none'] as const;
const BODY_MODES = ['append', 'prepend', 'replace', 'keep'] as const;

const CHANGELOG = 'CHANGELOG.md';

/** Where the text of this step goes in a release that has a text already. */
export type BodyMode = (typeof BODY_MODES)[number];

/**
 * What the workflow gave. An input that was not given is `undefined` where that differs from its default: a release that exists keeps what the
 * step was not asked to change.
 */
export interface Settings {
  /** Empty only in a dry run, which then takes the next version. */
  tag: string;
  /** What precedes the version in the tag; `undefined` to find it. */
  tagPrefix: string | undefined;
  /** Another repository than the run's. */
  repository: RepositoryName | undefined;
  name: string | undefined;
  /** From `body` or `body-path`. */
  body: string;
  bodyMode: BodyMode;
  notes: (typeof NOTES)[number];
  /** Whether an input that makes text was given: the text of a published release changes only then. */
  textGiven: boolean;
  /** The path in the repository of the file with the sections of the notes. */
  notesConfig: string | undefined;
  /** The path in the repository of the changelog. */
  changelog: string;
  /** `undefined` for `auto`. */
  previousTag: string | undefined;
  prerelease: boolean | 'auto' | undefined;
  makeLatest: boolean | 'auto' | undefined;
  draft: boolean;
  /** The directories that `files` and `body-path` must stay in. */
  allowed: AllowedPaths;
  files: FoundFile[];
  fileMessages: FileMessage[];
  checksums: boolean;
  contentTypes: ContentTypeRule[];
  /** What happens with files of the release that this step does not name. */
  otherFiles: (typeof OTHER_FILES)[number];
  images: ImageReference[];
  majorTag: boolean;
  /** Whether the tag moves to the target, and the release with it. */
  moveTag: boolean;
  discussionCategory: string | undefined;
  update: boolean;
  /** Always set when the tag moves. */
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
  const dryRun = reader.boolean('dry-run', false);
  const tag = readTag(reader, env, dryRun);
  const prerelease = readAutoBoolean(reader, 'prerelease');
  const makeLatest = readAutoBoolean(reader, 'make-latest');
  const moveTag = reader.boolean('move-tag', false);
  const checksums = reader.boolean('checksums', true);
  const settings: Settings = {
    tag,
    tagPrefix: reader.text('tag-prefix') || undefined,
    repository: reader.parsed('repository', parseRepositoryName, 'acme/shop'),
    name: reader.text('name') || undefined,
    body: await readBody(reader, allowed),
    bodyMode: reader.choice('body-mode', BODY_MODES, 'append'),
    notes: reader.choice('notes', NOTES, 'github'),
    notesConfig: reader.parsed('notes-config', parseRepositoryPath, '.github/notes.yml'),
    changelog: reader.parsed('changelog', parseRepositoryPath, CHANGELOG) ?? CHANGELOG,
    textGiven: TEXT_INPUTS.some((input) => reader.text(input) !== '') || reader.text('images', 'none') !== 'none',
    previousTag: readPreviousTag(reader),
    prerelease,
    makeLatest,
    draft: reader.boolean('draft', false),
    allowed,
    ...(await readFiles(reader, { allowed, checksums })),
    checksums,
    contentTypes: readContentTypes(reader),
    otherFiles: reader.choice('other-files', OTHER_FILES, 'keep'),
    images: (await readImages(reader, 'images')) ?? [],
    majorTag: reader.boolean('major-tag', false),
    moveTag,
    discussionCategory: reader.text('discussion-category') || undefined,
    update: reader.boolean('update', false) || moveTag,
    target: reader.parsed('target', parseBranchName, 'main') ?? (moveTag ? env.GITHUB_SHA : undefined),
    token: readToken(reader, env),
    retries: reader.integer('retries', { min: 0, max: 100 }, 4),
    dryRun,
    summary: reader.boolean('summary', true),
  };
  checkContradictions(reader, settings);
  if (settings.otherFiles === 'remove' && reader.text('files') === '')
    reader.addProblem({
      input: 'other-files',
      value: 'remove',
      problem: 'needs files: without them, every file of the release would be removed',
      example: 'keep',
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

const TEXT_INPUTS = ['body', 'body-path', 'notes', 'body-mode'];

/** `undefined` when the input was not given. */
function readAutoBoolean(reader: InputReader, input: 'prerelease' | 'make-latest'): boolean | 'auto' | undefined {
  const text = reader.text(input);
  if (text === 'legacy' && input === 'make-latest') {
    const problem =
      "asks for GitHub's legacy ordering, which is not supported; auto makes the highest stable version the latest";
    reader.addProblem({ input, value: text, problem, example: 'auto' });
    return undefined;
  }
  return text === '' ? undefined : (reader.autoBoolean(input) ?? 'auto');
}

function checkContradictions(reader: InputReader, settings: Settings): void {
  const { prerelease, makeLatest, moveTag, majorTag, draft, discussionCategory } = settings;
  const contradictions: [boolean, InputProblem][] = [
    [
      prerelease === true && makeLatest === true,
      { input: 'make-latest', value: 'true', problem: 'contradicts prerelease: true', example: 'auto' },
    ],
    [
      moveTag && majorTag,
      { input: 'move-tag', value: 'true', problem: 'contradicts major-tag: true', advice: 'set one of them' },
    ],
    [
      moveTag && draft,
      {
        input: 'draft',
        value: 'true',
        problem: 'contradicts move-tag: true: the tag moves on publishing',
        example: 'false',
      },
    ],
    [
      draft && discussionCategory !== undefined,
      {
        input: 'discussion-category',
        problem: 'contradicts draft: true: GitHub starts the discussion on publishing',
        advice: 'remove one of them',
      },
    ],
  ];
  for (const [isContradiction, problem] of contradictions) if (isContradiction) reader.addProblem(problem);
}

function readTag(reader: InputReader, env: Environment, dryRun: boolean): string {
  const ref = env.GITHUB_REF ?? '';
  const pushed = ref.startsWith('refs/tags/') ? ref.slice('refs/tags/'.length) : '';
  const given = reader.text('tag', pushed);
  const example = 'v1.4.2';
  if (given === '') {
    if (dryRun) return '';
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
  { tag, tagPrefix, prerelease, makeLatest, majorTag }: Settings,
): Promise<void> {
  if (tagPrefix !== undefined && !tag.startsWith(tagPrefix)) {
    const problem = `is not what the tag ${tag} starts with`;
    reader.addProblem({ input: 'tag-prefix', value: tagPrefix, problem, example: 'web-' });
    return;
  }
  if (makeLatest !== true && !majorTag) return;
  const [{ parseTagVersion }, { isPrereleaseVersion }] = await Promise.all([
    import('../history/tag-version.ts'),
    import('../history/version-rules.ts'),
  ]);
  const release = parseTagVersion(tag, tagPrefix);
  if (majorTag && release?.numbers !== 3) {
    const problem = `needs a tag that is a semantic version; ${tag} is not`;
    reader.addProblem({ input: 'major-tag', value: 'true', problem, example: 'false' });
  }
  // `prerelease: true` is a separate problem, whatever the tag.
  if (makeLatest === true && typeof prerelease !== 'boolean' && isPrereleaseVersion(release)) {
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

/** A path of a file in the repository, which is read at the commit of the release and not in the workspace. */
function parseRepositoryPath(text: string): Parsed<string> {
  const path = text.replace(/^(?:\.\/)+/, '');
  const isInside = path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
  return isInside && !/[\p{Cc}\\]/u.test(path) ? { value: path } : { problem: 'is not a path inside the repository' };
}

function readPreviousTag(reader: InputReader): string | undefined {
  return reader.text('previous-tag', 'auto') === 'auto'
    ? undefined
    : reader.parsed('previous-tag', parseTagName, 'v1.4.1');
}
