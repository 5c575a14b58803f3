import { tmpdir } from 'node:os';
import { type BuildPlan, REPRODUCIBLE_EPOCH } from '../buildx/arguments.ts';
import type { ImageSettings, Settings } from '../inputs/inputs.ts';
import { shaTag } from '../tags/tag-rules.ts';
import { findEarlierCommits } from './earlier-commits.ts';
import type { ImageJob } from './image-job.ts';
import { standardLabels } from './labels.ts';
import type { RunContext } from './run-context.ts';

/** One job for each image. */
export function planJobs(settings: Settings, run: RunContext): ImageJob[] {
  return settings.images.map((image) => {
    const plan = planBuild(image, settings, run);
    return {
      name: image.name,
      repository: plan.repository,
      tags: run.tags.tags,
      release: run.release,
      shaTag: shaTag(settings.promotion?.commit ?? run.context.sha),
      promotion: settings.promotion,
      earlierCommits: () => findEarlierCommits(image, settings, run),
      plan,
      temporary: settings.allowedPaths.temporary ?? tmpdir(),
      reproducible: settings.reproducible,
    };
  });
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
  return {
    image,
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
