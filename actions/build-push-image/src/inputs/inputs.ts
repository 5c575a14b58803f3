import { type AllowedPaths, allowedPaths as getAllowedPaths } from '../../../lib/files/workspace.ts';
import type { ImageName, RegistryName } from '../../../lib/identifiers.ts';
import { registryHost } from '../../../lib/images/references.ts';
import { type Environment, InputReader, parseBoolean } from '../../../lib/runner/inputs.ts';
import type { Login } from '../docker/docker-config.ts';
import type { TagRule } from '../tags/rule-syntax.ts';
import { type Affixes, NO_AFFIXES } from '../tags/tag-rules.ts';
import { checkBuildContexts, checkImageContexts } from './build-contexts.ts';
import { type BuildOptions, checkOptionPaths, mergeOptions, readBuildOptions } from './build-options.ts';
import { readExtraArguments } from './extra-args.ts';
import { namedPaths, resolveImagePaths } from './image-paths.ts';
import { imageKey } from './image-tags.ts';
import { type ImageItem, readImages } from './images-input.ts';
import { type KeyValues, readKeyValues } from './key-values.ts';
import { parsePlatforms } from './platforms.ts';
import { isPromotionOnly, type Promotion, readPromotion } from './promotion-input.ts';
import { type Registries, readRegistries } from './registry-input.ts';
import { type BuildSecret, parseSecret, resolveSecret, SECRET_EXAMPLE } from './secrets.ts';
import { readTags } from './tags-input.ts';

/** One image with all its settings, those for all images included. */
export interface ImageSettings {
  name: ImageName;
  /** An absolute path, or a remote context. */
  context: string;
  /** An absolute path; inside a remote context a relative one. */
  file: string;
  target: string | undefined;
  /** The builder's default when empty. */
  platforms: readonly string[];
  buildArgs: KeyValues;
  labels: KeyValues;
  annotations: KeyValues;
  secrets: readonly BuildSecret[];
  options: BuildOptions;
  tags: readonly TagRule[];
  affixes: Affixes;
}

export interface Settings extends Registries {
  /** Where paths may lead; only files of secrets may be in the temporary directory. */
  allowedPaths: AllowedPaths;
  images: readonly ImageSettings[];
  /** Logins for this step only, one per registry host. */
  logins: readonly Login[];
  /** Whether the tag of a version or a commit may be taken from another image. */
  overwriteTags: boolean;
  /** The commit that tags and labels name. */
  commit: 'run' | 'checkout';
  promotion: Promotion | undefined;
  push: boolean;
  cache: 'gha' | 'registry' | 'none';
  provenance: string;
  sbom: string;
  reproducible: boolean;
  /** Set the labels that name the commit, too. */
  commitLabels: boolean;
  builder: string | undefined;
  maxParallel: number;
  retries: number;
  /** How long an upload may take of which the builder reports nothing, in seconds; 0 for no limit. */
  pushTimeout: number;
  extraArgs: readonly string[];
  dryRun: boolean;
  summary: boolean;
  /** Messages about how the inputs were read. */
  notices: readonly string[];
}

/**
 * The step's inputs as one typed object. Missing directories, Dockerfiles and secrets are found here too, to report them with all other problems.
 * @throws {InputError} with every problem
 */
export async function readSettings(env: Environment): Promise<Settings> {
  const reader = new InputReader(env);
  const allowedPaths = getAllowedPaths(env);
  const notices: string[] = [];

  const items = await readImages(reader);
  const registries = readRegistries(reader, notices);
  for (const { name, writtenName } of items)
    if (name !== '' && name !== writtenName)
      notices.push(`The image ${writtenName} is named ${name}: names are lower case.`);

  const push = reader.boolean('push', true);
  const tags = await readTags(reader, items, { env, push });
  const names = items.map(({ name }, index) => imageKey({ name, affixes: tags[index]?.affixes ?? NO_AFFIXES }));
  const promotion = await readPromotion(reader, { names, push });
  const logins = readLogins(reader, registries.registry, promotion?.from);

  const platforms = reader.parsed('platforms', parsePlatforms, 'linux/amd64') ?? [];
  const buildArgs = await readKeyValues(reader, 'build-args', 'NODE_VERSION=24');
  const labels = await readKeyValues(reader, 'labels', 'org.opencontainers.image.licenses=MIT');
  const annotations = await readKeyValues(reader, 'annotations', 'index:org.opencontainers.image.licenses=MIT');
  const secrets = reader.parsedLines('secrets', parseSecret, SECRET_EXAMPLE);

  const options = await readBuildOptions(reader);
  await checkOptionPaths(reader, { options }, allowedPaths);

  const images: ImageSettings[] = [];
  for (const [index, item] of items.entries()) {
    // Without a build the sources are not needed, and a job that only promotes may have no checkout.
    const paths = isPromotionOnly(promotion)
      ? namedPaths(allowedPaths.workspace, item)
      : await resolveImagePaths(allowedPaths.workspace, item);
    for (const problem of paths.problems) reader.addProblem({ input: item.location, ...problem });
    await checkOptionPaths(reader, { location: item.location, options: item.options }, allowedPaths);
    images.push({
      name: item.name,
      context: paths.context,
      file: paths.file,
      target: item.target,
      platforms: item.platforms.length > 0 ? item.platforms : platforms,
      buildArgs: new Map([...buildArgs, ...item.buildArgs]),
      labels: new Map([...labels, ...item.labels]),
      annotations: new Map([...annotations, ...item.annotations]),
      secrets: [...new Map([...secrets, ...item.secrets].map((secret) => [secret.id, secret])).values()],
      options: mergeOptions(options, item.options),
      ...(tags[index] ?? { tags: [], affixes: NO_AFFIXES }),
    });
  }

  const extraArgs = readExtraArguments(reader);
  await checkBuildContexts(reader, extraArgs, allowedPaths);
  const owners = images.map((image, index) => ({
    location: items[index]?.location ?? 'images',
    name: imageKey(image),
    buildContexts: image.options.buildContexts,
  }));
  await checkImageContexts(owners, { reader, allowedPaths, push });

  const settings: Settings = {
    allowedPaths,
    images: await resolveSecrets(images, items, { reader, env, allowedPaths }),
    ...registries,
    logins,
    overwriteTags: reader.boolean('overwrite-tags', false),
    commit: reader.choice('commit', ['run', 'checkout'], 'run'),
    promotion,
    push,
    cache: reader.choice('cache', ['gha', 'registry', 'none'], 'none'),
    provenance: reader.parsed('provenance', parseProvenance, 'mode=max') ?? 'mode=max',
    sbom: reader.parsed('sbom', parseSbom, 'true') ?? 'false',
    reproducible: reader.boolean('reproducible', true),
    commitLabels: reader.boolean('commit-labels', false),
    builder: reader.parsed('builder', parseBuilder, 'my-builder'),
    maxParallel: reader.integer('max-parallel', { min: 1, max: 32 }, 4),
    retries: reader.integer('retries', { min: 0, max: 10 }, 3),
    pushTimeout: reader.integer('push-timeout', { min: 0, max: 86_400 }, 3600),
    extraArgs,
    dryRun: reader.boolean('dry-run', false),
    summary: reader.boolean('summary', true),
    notices,
  };
  reader.assertValid();
  return settings;
}

function readLogins(reader: InputReader, registry: RegistryName, source: RegistryName | undefined): Login[] {
  const target = readLogin(reader, { username: 'username', password: 'password' }, registry);
  const promote = readLogin(reader, { username: 'promote-username', password: 'promote-password' }, source);
  if (target !== undefined && promote !== undefined && target.host === promote.host) {
    if (target.username === promote.username && target.password === promote.password) return [target];
    // Docker's configuration has one login per host.
    reader.addProblem({
      input: 'promote-username',
      problem: `is a second login to ${target.host}, and a step has one login per host`,
      advice: 'remove it, and set `username` to a user that can read the source and write the target',
    });
  }
  return [target, promote].filter((login) => login !== undefined);
}

function readLogin(
  reader: InputReader,
  inputs: { username: string; password: string },
  registry: RegistryName | undefined,
): Login | undefined {
  const username = reader.text(inputs.username);
  const password = reader.text(inputs.password);
  if (username === '' && password === '') return undefined;
  if (username === '')
    reader.addProblem({
      input: inputs.username,
      problem: `is required with \`${inputs.password}\``,
      example: '${{ github.actor }}',
    });
  if (password === '')
    reader.addProblem({
      input: inputs.password,
      problem: `is required with \`${inputs.username}\``,
      example: '${{ secrets.REGISTRY_TOKEN }}',
    });
  // The user and the password are sent as `user:password` (RFC 7617, section 2).
  if (username.includes(':'))
    reader.addProblem({
      input: inputs.username,
      value: username,
      problem: 'contains a colon',
      example: '${{ github.actor }}',
    });
  return registry === undefined || registry === '' ? undefined : { host: registryHost(registry), username, password };
}

/**
 * The images with the files of their secrets resolved. A missing secret is one problem: of the image that names it, or of the input `secrets`.
 */
async function resolveSecrets(
  images: readonly ImageSettings[],
  items: readonly ImageItem[],
  { reader, env, allowedPaths }: { reader: InputReader; env: Environment; allowedPaths: AllowedPaths },
): Promise<ImageSettings[]> {
  const reported = new Set<string>();
  const resolve = async (secret: BuildSecret, item: ImageItem | undefined): Promise<BuildSecret> => {
    const resolved = await resolveSecret(secret, env, allowedPaths);
    if ('value' in resolved) return resolved.value;
    const owner = item?.secrets.includes(secret) ? item : undefined;
    const key = JSON.stringify([owner?.location, secret]);
    if (reported.has(key)) return secret;
    reported.add(key);
    if (owner === undefined)
      reader.addProblem({ input: 'secrets', value: secret.id, problem: resolved.problem, example: SECRET_EXAMPLE });
    else
      reader.addProblem({
        input: owner.location,
        problem: `has the secret ${JSON.stringify(secret.id)}, which ${resolved.problem}`,
        ...('env' in secret.from ? { advice: "set the variable in the step's `env`" } : {}),
        example: `secrets: { ${secret.id}: "env:NPM_TOKEN" }`,
      });
    return secret;
  };
  const result: ImageSettings[] = [];
  for (const [index, image] of images.entries()) {
    const secrets: BuildSecret[] = [];
    for (const secret of image.secrets) secrets.push(await resolve(secret, items[index]));
    result.push({ ...image, secrets });
  }
  return result;
}

const parseProvenance = (text: string) =>
  /^mode=(min|max)(,[a-z-]+=[^,\s]+)*$/.test(text)
    ? { value: text }
    : parseBooleanText(text, 'is not mode=max, mode=min or a boolean (true True TRUE false False FALSE)');

const parseSbom = (text: string) =>
  /^generator=\S+$/.test(text)
    ? { value: text }
    : parseBooleanText(text, 'is not generator=IMAGE or a boolean (true True TRUE false False FALSE)');

/** A boolean in the form that buildx reads. */
function parseBooleanText(text: string, problem: string) {
  const value = parseBoolean(text);
  return value === undefined ? { problem } : { value: String(value) };
}

const parseBuilder = (text: string) =>
  /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(text) ? { value: text } : { problem: 'is not the name of a buildx builder' };
