import { type ImageName, parseRegistryName, type RegistryName } from '../../../lib/identifiers.ts';
import { type Environment, InputReader, parseBoolean } from '../../../lib/inputs.ts';
import { type AllowedPaths, allowedPaths } from '../../../lib/workspace.ts';
import { hostOf, type Login } from '../docker/docker-config.ts';
import type { TagRule } from '../tags/tag-rules.ts';
import { checkBuildContexts } from './build-contexts.ts';
import { readExtraArguments } from './extra-args.ts';
import { locateImage } from './image-paths.ts';
import { type ImageItem, readImages } from './images-input.ts';
import { type KeyValues, readKeyValues } from './key-values.ts';
import { parsePlatforms } from './platforms.ts';
import { type BuildSecret, findSecret, parseSecret, SECRET_EXAMPLE } from './secrets.ts';
import { readTags } from './tags-input.ts';

/** One image with everything that holds for it. */
export interface ImageSettings {
  name: ImageName;
  /** An absolute path. */
  context: string;
  /** An absolute path. */
  file: string;
  target: string | undefined;
  /** The builder's own when empty. */
  platforms: readonly string[];
  buildArgs: KeyValues;
  labels: KeyValues;
  annotations: KeyValues;
  secrets: readonly BuildSecret[];
}

export interface Promotion {
  from: RegistryName;
  mode: 'prefer' | 'require' | 'verify';
}

export interface Settings {
  /** Where paths may lead; the temporary directory is for the files of secrets alone. */
  area: AllowedPaths;
  images: readonly ImageSettings[];
  registry: RegistryName;
  /** Logins for this step alone, one a registry host. */
  logins: readonly Login[];
  tags: readonly TagRule[];
  promotion: Promotion | undefined;
  push: boolean;
  cache: 'gha' | 'registry' | 'none';
  provenance: string;
  sbom: string;
  reproducible: boolean;
  builder: string | undefined;
  maxParallel: number;
  retries: number;
  extraArgs: readonly string[];
  dryRun: boolean;
  summary: boolean;
  /** What the user should know about how the inputs were taken. */
  notices: readonly string[];
}

/**
 * The step's inputs as one typed object. It looks at the workspace, to name a missing directory, Dockerfile or secret together with the other faults.
 * @throws {InputError} naming every fault
 */
export async function readSettings(env: Environment): Promise<Settings> {
  const reader = new InputReader(env);
  const area = allowedPaths(env);
  const notices: string[] = [];

  const items = await readImages(reader);
  reader.required('registry', 'ghcr.io/my-org');
  const registry = reader.parsed('registry', parseRegistryName, 'ghcr.io/my-org') ?? ('' as RegistryName);
  const written = reader.text('registry');
  if (registry !== '' && registry !== written)
    notices.push(`The registry is written ${registry}: names are lower case.`);
  for (const { name, writtenName } of items)
    if (name !== '' && name !== writtenName)
      notices.push(`The image ${writtenName} is named ${name}: names are lower case.`);

  const push = reader.boolean('push', true);
  const promotion = readPromotion(reader, push);
  const logins = readLogins(reader, registry, promotion?.from);
  const tags = await readTags(reader, env, push);

  const platforms = reader.parsed('platforms', parsePlatforms, 'linux/amd64') ?? [];
  const buildArgs = await readKeyValues(reader, 'build-args', 'NODE_VERSION=24');
  const labels = await readKeyValues(reader, 'labels', 'org.opencontainers.image.licenses=MIT');
  const annotations = await readKeyValues(reader, 'annotations', 'index:org.opencontainers.image.licenses=MIT');
  const secrets = reader.parsedLines('secrets', parseSecret, SECRET_EXAMPLE);

  const images: ImageSettings[] = [];
  for (const item of items) {
    const place = await locateImage(area.workspace, item);
    for (const problem of place.problems) reader.addProblem({ input: item.place, ...problem });
    images.push({
      name: item.name,
      context: place.context,
      file: place.file,
      target: item.target,
      platforms: item.platforms.length > 0 ? item.platforms : platforms,
      buildArgs: new Map([...buildArgs, ...item.buildArgs]),
      labels: new Map([...labels, ...item.labels]),
      annotations: new Map([...annotations, ...item.annotations]),
      secrets: [...new Map([...secrets, ...item.secrets].map((secret) => [secret.id, secret])).values()],
    });
  }

  const extraArgs = readExtraArguments(reader);
  await checkBuildContexts(reader, extraArgs, area);

  const settings: Settings = {
    area,
    images: await withFoundSecrets(images, items, { reader, env, area }),
    registry,
    logins,
    tags,
    promotion,
    push,
    cache: reader.choice('cache', ['gha', 'registry', 'none'], 'none'),
    provenance: reader.parsed('provenance', parseProvenance, 'mode=max') ?? 'mode=max',
    sbom: reader.parsed('sbom', parseSbom, 'true') ?? 'false',
    reproducible: reader.boolean('reproducible', true),
    builder: reader.parsed('builder', parseBuilder, 'my-builder'),
    maxParallel: reader.integer('max-parallel', { min: 1, max: 32 }, 4),
    retries: reader.integer('retries', { min: 0, max: 10 }, 3),
    extraArgs,
    dryRun: reader.boolean('dry-run', false),
    summary: reader.boolean('summary', true),
    notices,
  };
  reader.assertValid();
  return settings;
}

function readPromotion(reader: InputReader, push: boolean): Promotion | undefined {
  const from = reader.parsed('promote-from', parseRegistryName, 'staging.azurecr.io');
  const mode = reader.choice('promote', ['prefer', 'require', 'verify', 'never'], 'prefer');
  const strict = mode === 'require' || mode === 'verify';
  if (strict && reader.text('promote-from') === '')
    reader.addProblem({
      input: 'promote-from',
      problem: `is required with \`promote: ${mode}\``,
      example: 'staging.azurecr.io',
    });
  if (strict && !push)
    reader.addProblem({
      input: 'promote',
      value: mode,
      problem: 'cannot be kept with `push: false`, which copies nothing',
      example: 'prefer',
    });
  return from === undefined || mode === 'never' ? undefined : { from, mode };
}

function readLogins(reader: InputReader, registry: RegistryName, source: RegistryName | undefined): Login[] {
  const own = readLogin(reader, 'username', 'password', registry);
  const sources = readLogin(reader, 'promote-username', 'promote-password', source);
  if (own !== undefined && sources !== undefined && own.host === sources.host) {
    if (own.username === sources.username && own.password === sources.password) return [own];
    // Docker's configuration knows one login a host.
    reader.addProblem({
      input: 'promote-username',
      problem: `is a second login to ${own.host}; a step has one login a host`,
      example: 'leave it out, and give `username` a user that may read the source and write the target',
    });
  }
  return [own, sources].filter((login) => login !== undefined);
}

function readLogin(
  reader: InputReader,
  userInput: string,
  passwordInput: string,
  registry: RegistryName | undefined,
): Login | undefined {
  const username = reader.text(userInput);
  const password = reader.text(passwordInput);
  if (username === '' && password === '') return undefined;
  if (username === '')
    reader.addProblem({
      input: userInput,
      problem: `is required with \`${passwordInput}\``,
      example: '${{ github.actor }}',
    });
  if (password === '')
    reader.addProblem({
      input: passwordInput,
      problem: `is required with \`${userInput}\``,
      example: '${{ secrets.REGISTRY_TOKEN }}',
    });
  // The user and the password are sent as `user:password` (RFC 7617, section 2).
  if (username.includes(':'))
    reader.addProblem({ input: userInput, value: username, problem: 'has a colon', example: '${{ github.actor }}' });
  return registry === undefined || registry === '' ? undefined : { host: hostOf(registry), username, password };
}

/**
 * The images with the files of their secrets found. A secret that is missing is one fault: of the image that names it, or of `secrets` for all.
 */
async function withFoundSecrets(
  images: readonly ImageSettings[],
  items: readonly ImageItem[],
  { reader, env, area }: { reader: InputReader; env: Environment; area: AllowedPaths },
): Promise<ImageSettings[]> {
  const reported = new Set<string>();
  const find = async (secret: BuildSecret, item: ImageItem | undefined): Promise<BuildSecret> => {
    const found = await findSecret(secret, env, area);
    if ('value' in found) return found.value;
    const own = item?.secrets.includes(secret) ? item : undefined;
    const key = JSON.stringify([own?.place, secret]);
    if (reported.has(key)) return secret;
    reported.add(key);
    if (own === undefined)
      reader.addProblem({ input: 'secrets', value: secret.id, problem: found.problem, example: SECRET_EXAMPLE });
    else
      reader.addProblem({
        input: own.place,
        problem: `has the secret ${JSON.stringify(secret.id)}, which ${found.problem}`,
        example: `secrets: { ${secret.id}: "env:NPM_TOKEN" }, with NPM_TOKEN in the step's \`env\``,
      });
    return secret;
  };
  const result: ImageSettings[] = [];
  for (const [index, image] of images.entries()) {
    const secrets: BuildSecret[] = [];
    for (const secret of image.secrets) secrets.push(await find(secret, items[index]));
    result.push({ ...image, secrets });
  }
  return result;
}

const parseProvenance = (text: string) =>
  /^mode=(min|max)(,[a-z-]+=[^,\s]+)*$/.test(text)
    ? { value: text }
    : booleanText(text, 'is not mode=max, mode=min or a boolean (true True TRUE false False FALSE)');

const parseSbom = (text: string) =>
  /^generator=\S+$/.test(text)
    ? { value: text }
    : booleanText(text, 'is not generator=IMAGE or a boolean (true True TRUE false False FALSE)');

/** A boolean in the form that buildx knows. */
function booleanText(text: string, problem: string) {
  const value = parseBoolean(text);
  return value === undefined ? { problem } : { value: String(value) };
}

const parseBuilder = (text: string) =>
  /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(text) ? { value: text } : { problem: 'is not the name of a buildx builder' };
