import type { BuildPlan } from '../buildx/arguments.ts';
import type { ImageSettings, Settings } from '../inputs/inputs.ts';
import { shaTag } from '../tags/tag-rules.ts';
import type { Order } from './image-job.ts';
import { standardLabels } from './labels.ts';
import type { RunFacts } from './run-context.ts';

/** One order for each image. */
export function takeOrders(settings: Settings, run: RunFacts): Order[] {
  return settings.images.map((image) => {
    const repository = `${settings.registry}/${image.name}`;
    return {
      name: image.name,
      repository,
      tags: run.tags.tags,
      release: run.release,
      shaTag: shaTag(run.context.sha),
      promotion: settings.promotion,
      plan: planFor(image, repository, settings, run),
      reproducible: settings.reproducible,
    };
  });
}

function planFor(image: ImageSettings, repository: string, settings: Settings, run: RunFacts): BuildPlan {
  const { context, release, created, epoch } = run;
  const { serverUrl, repository: source, runId, runAttempt } = context;
  const labels = standardLabels({
    context,
    name: image.name,
    // The label is in the digest. Where images are promoted, the image of a commit is one whether main or a tag was pushed, so the commit names it:
    // what is built or verified at the tag must be what main built. Where a tag is built for itself, its version is the image's.
    version: settings.promotion === undefined && release !== undefined ? release.text : shaTag(context.sha),
    created,
  });
  return {
    image,
    repository,
    platforms: image.platforms,
    labels: new Map([...labels, ...image.labels]),
    output: settings.push ? 'push' : 'check',
    epoch,
    cache: settings.cache,
    fresh: false,
    provenance: settings.provenance,
    sbom: settings.sbom,
    builderId:
      runId === undefined ? undefined : `${serverUrl}/${source}/actions/runs/${runId}/attempts/${runAttempt ?? '1'}`,
    builder: settings.builder,
    extraArgs: settings.extraArgs,
    workspace: context.workspace,
  };
}
