import { type Cell, markdownTable } from '../../lib/markdown.ts';
import { info } from '../../lib/runner/commands.ts';
import { writeSummary } from '../../lib/runner/outputs.ts';
import { buildArguments, formatCommand } from './buildx/arguments.ts';
import type { ImageJob } from './images/image-job.ts';
import { ImageLog } from './images/image-log.ts';
import type { RunContext } from './images/run-context.ts';
import type { Settings } from './inputs/inputs.ts';
import { setImageOutputs } from './outputs.ts';
import { findSource } from './promotion/promotion.ts';
import type { Registry } from './registry/registry.ts';
import { selectMovable } from './tags/floating-tags.ts';
import { inEachRepository } from './tags/several-registries.ts';

/**
 * Show what a run would do. Registries are only read; nothing is built, pushed or tagged. The outputs contain no image, because none was built.
 * @throws {ActionError} what a run would throw for a source that is missing or unknown
 */
export async function showPlan(
  settings: Settings,
  run: RunContext,
  { jobs, registry }: { jobs: readonly ImageJob[]; registry: Registry },
): Promise<void> {
  const rows = await Promise.all(
    jobs.map(async (job): Promise<Cell[][]> => {
      const source = await findSource(job, registry);
      const command = formatCommand(buildArguments(job.plan, 'metadata.json'));
      const action =
        source === undefined
          ? `build ${command}`
          : `${job.promotion?.mode === 'verify' ? 'rebuild, compare and ' : ''}copy ${source.reference}${source.earlierCommit === undefined ? '' : ` of commit ${source.earlierCommit}`}`;
      info(`${job.key}: would ${action}`);
      return Promise.all(
        inEachRepository(job).map(async (target): Promise<Cell[]> => {
          const { repository } = target;
          const isCopy = repository !== job.repository && source === undefined;
          const tags = settings.push ? (await listMovableTags(target, registry)).join(' ') : '-';
          info(`${job.key}: as ${repository} with the tags ${tags}`);
          return [{ code: repository }, { code: tags }, { code: isCopy ? `copy ${job.repository}` : action }];
        }),
      );
    }),
  );
  await setImageOutputs([], jobs.length, run);
  if (settings.summary)
    await writeSummary(
      `### Images (dry run: nothing was changed)\n\n${markdownTable({ header: ['Image', 'Tags', 'Would'], rows: rows.flat() })}\n`,
    );
}

/** The tags that the image would get now. */
async function listMovableTags(job: ImageJob, registry: Registry): Promise<string[]> {
  const { movable, reason } = await selectMovable(job, registry);
  if (reason !== undefined) new ImageLog(job.key, { concurrent: true }).notice(reason);
  return movable.map(({ name }) => name);
}
