import { tmpdir } from 'node:os';
import { ActionError } from '../../../lib/errors.ts';
import type { CommitSha } from '../../../lib/identifiers.ts';
import { type BuildPlan, REPRODUCIBLE_EPOCH } from '../buildx/arguments.ts';
import { findEarlierCommits } from '../commits/earlier-commits.ts';
import { imageKey } from '../inputs/image-tags.ts';
import type { ImageSettings, Settings } from '../inputs/inputs.ts';
import { TARGET_ANNOTATION } from '../registry/manifests/manifest.ts';
import { eventForImage } from '../tags/push-event.ts';
import { inEachRepository } from '../tags/several-registries.ts';
import { planTags, shaTag } from '../tags/tag-rules.ts';
import type { ImageJob } from './image-job.ts';
import { standardLabels } from './labels.ts';
import type { RunContext } from './run-context.ts';

/** How long another job may take between reading the commit's tag and setting it. */
const CONFIRM_SECONDS = 1;

/**
 * One job for each image that gets a tag in this run.
 * @throws {ActionError} when two images would get the same tag
 */
export function planJobs(settings: Settings, run: RunContext): ImageJob[] {
  const jobs = settings.images.flatMap((image) => planJob(image, settings, run) ?? []);
  const owners = new Map<string, string>();
  for (const { key, repository, tags } of jobs.flatMap(inEachRepository))
    for (const { name } of tags) {
      const owner = owners.get(`${repository}:${name}`);
      if (owner !== undefined) throw sharedTagError(`${repository}:${name}`, [owner, key]);
      owners.set(`${repository}:${name}`, key);
    }
  return jobs;
}

function sharedTagError(reference: string, keys: string[]): ActionError {
  return new ActionError({
    what: `two images would get the tag ${reference}`,
    why: `the rules of ${keys.join(' and ')} both give it`,
    next: 'Nothing was built. Give each variant of an image other `tags`, or another `tag-suffix`.',
  });
}

/** @returns `undefined` for an image of another component than the pushed tag's */
function planJob(image: ImageSettings, settings: Settings, run: RunContext): ImageJob | undefined {
  const event = eventForImage(run.event, image.name);
  const { tags } = planTags(image.tags, { ...event, sha: run.context.sha }, image.affixes);
  // A tag such as `web-v1.4.2` releases one image of several.
  if (tags.length === 0 && event.component !== undefined) return undefined;
  const { release } = event;
  const plan = planBuild(image, settings, { ...run, release });
  const shaTagOf = (sha: CommitSha) => shaTag(sha, image.affixes);
  return {
    name: image.name,
    key: imageKey(image),
    repository: plan.repository,
    otherRepositories: settings.otherRegistries.map((registry) => `${registry}/${image.name}`),
    tags,
    release,
    affixes: image.affixes,
    overwriteTags: settings.overwriteTags,
    laterCommits: run.laterCommits,
    shaTagOf,
    confirmSeconds: plan.platforms.length === 1 ? CONFIRM_SECONDS : undefined,
    shaTag: shaTagOf(settings.promotion?.commit ?? run.context.sha),
    promotion: settings.promotion,
    earlierCommits: () => findEarlierCommits(image, settings, run),
    plan,
    temporary: settings.allowedPaths.temporary ?? tmpdir(),
    reproducible: settings.reproducible,
    readsSizes: settings.summary,
  };
}

function planBuild(image: ImageSettings, settings: Settings, run: RunContext): BuildPlan {
  const { context, release, created } = run;
  const { serverUrl, repository: source, runId, runAttempt } = context;
  const labels = standardLabels({
    context,
    name: image.name,
    commit: created && {
      // The label is part of the digest. With promotion, a commit must give the same image on main and for its tag, so the label names the commit:
      // what is built or verified for the tag must equal what main built. Without promotion, a tag's image has the tag's version.
      version: settings.promotion === undefined && release !== undefined ? release.text : shaTag(context.sha),
      created,
    },
  });
  const { target } = image;
  return {
    image: {
      ...image,
      annotations: new Map([
        ...(target === undefined ? [] : [[`manifest-descriptor:${TARGET_ANNOTATION}`, target] as const]),
        ...image.annotations,
      ]),
    },
    repository: `${settings.registry}/${image.name}`,
    platforms: image.platforms,
    labels: new Map([...labels, ...image.labels]),
    output: settings.push ? 'push' : 'check',
    archive: undefined,
    epoch: settings.reproducible ? REPRODUCIBLE_EPOCH : undefined,
    cache: settings.cache,
    cacheBranch: run.cacheBranch,
    noCache: false,
    provenance: settings.provenance,
    sbom: settings.sbom,
    builderId:
      runId === undefined ? undefined : `${serverUrl}/${source}/actions/runs/${runId}/attempts/${runAttempt ?? '1'}`,
    builder: settings.builder,
    extraArgs: settings.extraArgs,
    workspace: context.workspace,
  };
}
