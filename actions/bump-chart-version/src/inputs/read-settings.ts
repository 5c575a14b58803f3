import { parseBranchName } from '../../../lib/git-refs.ts';
import { parseRepositoryName, type RepositoryName } from '../../../lib/identifiers.ts';
import { NO_IMAGES, readImages } from '../../../lib/images/images-input.ts';
import { type Environment, InputReader, type Parsed } from '../../../lib/runner/inputs.ts';
import { PLACEHOLDERS } from '../commit/message.ts';
import { readCharts, readValuesFiles } from './files-input.ts';
import { readFrom } from './from-input.ts';
import { readPullRequest } from './pull-request-inputs.ts';
import { readRollbackTarget } from './rollback-input.ts';
import type { Settings } from './settings.ts';
import { hasValues, readValues } from './values-input.ts';
import { readVersionInputs } from './version-inputs.ts';

const DEFAULT_MESSAGE = 'chore(release): {chart} {version}';

/** @throws {InputError} naming every problem */
export async function readSettings(env: Environment): Promise<Settings> {
  const reader = new InputReader(env);
  const mode = reader.choice('mode', ['commit', 'pull-request', 'worktree'], 'commit');
  const charts = readCharts(reader);
  const images = (await readImages(reader, 'images')) ?? [];
  const from = readFrom(reader);
  const { version, appVersion } = await readVersionInputs(reader, env, { charts, images, from });
  const values = readValues(reader);
  const valuesFiles = readValuesFiles(reader);
  const rollbackTo = await readRollbackTarget(reader);
  const templates = {
    commitMessage: reader.parsed('commit-message', parseTemplate, DEFAULT_MESSAGE) ?? DEFAULT_MESSAGE,
    pullRequestTitle: reader.parsed('pull-request-title', parseTemplate, DEFAULT_MESSAGE) ?? DEFAULT_MESSAGE,
  };
  const isRemote = mode !== 'worktree';
  const repository = readRepository(reader, env, isRemote);
  const token = reader.text('token', env.GITHUB_TOKEN ?? '');
  if (isRemote && token === '')
    reader.addProblem({
      input: 'token',
      problem: 'is required unless mode is worktree',
      example: '${{ github.token }}',
    });
  const settings: Settings = {
    mode,
    charts,
    version,
    appVersion,
    images,
    from,
    values,
    valuesFiles,
    templates,
    repository,
    token,
    branch: reader.parsed('branch', parseBranchName, 'main'),
    pullRequest: readPullRequest(reader, parseTemplate),
    allowDowngrade: reader.boolean('allow-downgrade', false),
    rollbackTo,
    create: reader.boolean('create', false),
    ...readRetries(reader),
    dryRun: reader.boolean('dry-run', false),
    summary: reader.boolean('summary', true),
  };
  const hasOtherChanges =
    reader.text('images', NO_IMAGES) !== NO_IMAGES ||
    from.length > 0 ||
    hasValues(reader) ||
    appVersion.kind === 'text' ||
    rollbackTo !== undefined;
  if (reader.text('version') === 'none' && !hasOtherChanges) {
    reader.addProblem({
      input: 'version',
      value: 'none',
      problem: 'leaves nothing to do without images, from, values or app-version',
      example: '1.4.2',
    });
  }
  reader.assertValid();
  return settings;
}

function readRepository(reader: InputReader, env: Environment, isRequired: boolean): RepositoryName | undefined {
  const text = reader.text('repository', env.GITHUB_REPOSITORY ?? '');
  if (text === '') {
    if (isRequired)
      reader.addProblem({
        input: 'repository',
        problem: 'is required when GITHUB_REPOSITORY is not set',
        example: 'octo-org/charts',
      });
    return undefined;
  }
  const parsed = parseRepositoryName(text);
  if ('value' in parsed) return parsed.value;
  reader.addProblem({ input: 'repository', value: text, problem: parsed.problem, example: 'octo-org/charts' });
  return undefined;
}

const DEFAULT_RETRIES = 9;
const MAX_RETRIES = 99;

/** `max-attempts` is the former name, and counts the first attempt too. */
function readRetries(reader: InputReader): { retries: number; warnings: string[] } {
  const retries = reader.integer('retries', { min: 0, max: MAX_RETRIES }, DEFAULT_RETRIES);
  if (reader.text('max-attempts') === '') return { retries, warnings: [] };
  const attempts = reader.integer('max-attempts', { min: 1, max: MAX_RETRIES + 1 }, DEFAULT_RETRIES + 1);
  // The runner fills in the default, so that one cannot be distinguished from an input that is not given.
  if (retries !== DEFAULT_RETRIES)
    reader.addProblem({
      input: 'max-attempts',
      value: String(attempts),
      problem: 'is the deprecated name of retries, which is also given',
      advice: 'remove max-attempts',
    });
  return {
    retries: attempts - 1,
    warnings: [
      `max-attempts is deprecated and will be removed in the next major version; use retries: ${attempts - 1}`,
    ],
  };
}

function parseTemplate(text: string): Parsed<string> {
  const unknown = [...text.matchAll(/\{([a-z-]+)\}/g)].find(([name]) => !PLACEHOLDERS.includes(name));
  return unknown === undefined
    ? { value: text }
    : { problem: `has the unknown placeholder ${unknown[0]} (use ${PLACEHOLDERS.join(', ')})` };
}
