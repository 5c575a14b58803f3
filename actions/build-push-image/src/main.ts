import { createCancellableExec } from '../../lib/processes/cancellation.ts';
import { createExec } from '../../lib/processes/exec.ts';
import { annotate } from '../../lib/runner/commands.ts';
import { readContext, readEvent } from '../../lib/runner/context.ts';
import type { Environment } from '../../lib/runner/inputs.ts';
import { writeSummary } from '../../lib/runner/outputs.ts';
import { requiredVariables, withDockerHome } from './docker/docker-home.ts';
import { showPlan } from './dry-run.ts';
import { createClients } from './images/clients.ts';
import { planJobs } from './images/plan.ts';
import { processImages, reportImageFailures } from './images/process-images.ts';
import { loadRunContext } from './images/run-context.ts';
import type { Settings } from './inputs/inputs.ts';
import { findSecretArguments, formatSecretArguments } from './inputs/secret-arguments.ts';
import { createRedactor, readSecretValues } from './inputs/secrets.ts';
import { findUnpinnedContexts, formatUnpinnedContexts } from './inputs/unpinned-contexts.ts';
import { StepOutputs } from './outputs.ts';
import { checkLogins } from './registry/logins.ts';
import { formatSummary } from './summary.ts';
import { assertTagsMovable } from './tags/floating-tags.ts';
import { inEachRepository } from './tags/several-registries.ts';

/**
 * From the settings to tagged images: load the context of the run, plan a job for each image, promote or build the images and set
 * their tags, several at a time, then write the summary and report the failures.
 */
export async function main(settings: Settings, env: Environment): Promise<void> {
  settings.notices.forEach(notice);
  warnAboutSecretArguments(settings);
  warnAboutUnpinnedContexts(settings);
  const context = readContext(env);
  const exec = createCancellableExec(
    createExec({
      docker: 'Install Docker with its buildx plugin, or run docker/setup-buildx-action before this step.',
    }),
  );
  const run = await loadRunContext(settings, { context, event: await readEvent(env) }, { exec, env });
  run.notices.forEach(notice);

  const redact = createRedactor([
    ...(await readSecretValues(
      settings.images.flatMap(({ secrets }) => secrets),
      env,
      settings.allowedPaths,
    )),
    ...settings.logins.map(({ password }) => password),
  ]);
  const passVariables = requiredVariables(settings);
  const outputs = new StepOutputs(settings.images.length, run);
  const cancel = async () => {
    await exec.cancel();
    await outputs.set();
  };
  await withDockerHome({ env, logins: settings.logins, passVariables, cancel }, async (home) => {
    const clients = createClients(settings, { exec, home, redact });
    await checkLogins(settings, clients.registry, home.env);
    const jobs = planJobs(settings, run);
    await assertTagsMovable(jobs.flatMap(inEachRepository), clients.registry);
    if (settings.dryRun) return showPlan(settings, run, { jobs, registry: clients.registry });

    const { results, failures } = await processImages(jobs, clients, {
      maxParallel: settings.maxParallel,
      onResult: (finished) => outputs.update(finished),
    });
    if (settings.summary) await writeSummary(formatSummary(settings, results, failures));
    await outputs.set();
    if (failures.length > 0) throw reportImageFailures(failures, jobs.length);
  });
}

function warnAboutSecretArguments(settings: Settings): void {
  const names = findSecretArguments(settings);
  if (names.length > 0) warning(formatSecretArguments(names));
}

function warnAboutUnpinnedContexts(settings: Settings): void {
  const contexts = findUnpinnedContexts(settings);
  if (contexts.length > 0) warning(formatUnpinnedContexts(contexts));
}

const warning = (message: string) => annotate({ level: 'warning', title: 'build-push-image', message });
const notice = (message: string) => annotate({ level: 'notice', title: 'build-push-image', message });
