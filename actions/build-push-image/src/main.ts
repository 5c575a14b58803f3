import { createCancellableExec } from '../../lib/cancellation.ts';
import { annotate } from '../../lib/commands.ts';
import { readContext, readEvent } from '../../lib/context.ts';
import { createExec } from '../../lib/exec.ts';
import type { Environment } from '../../lib/inputs.ts';
import { readSettings } from './inputs/inputs.ts';

const NAME = 'build-push-image';

/**
 * The flow: settings, what the run is about, the tags it gives; then each image is copied or built and gets its tags, several side by side;
 * then the outputs, the summary, and at last the failures.
 */
export async function main(env: Environment): Promise<void> {
  const settings = await readSettings(env);
  const notice = (message: string) => annotate({ level: 'notice', title: NAME, message });
  settings.notices.forEach(notice);

  // What follows is loaded only now: a wrong input is answered without it.
  const [
    { readRun },
    { takeOrders },
    { expectTags },
    { neededVariables, withDockerHome },
    { secretValues, redactor },
    { checkLogins },
  ] = await Promise.all([
    import('./images/run-context.ts'),
    import('./images/plan.ts'),
    import('./tags/floating-tags.ts'),
    import('./docker/docker-home.ts'),
    import('./inputs/secrets.ts'),
    import('./registry/distribution.ts'),
  ]);
  const context = readContext(env);
  const exec = createCancellableExec(
    createExec({
      docker: 'Install Docker with its buildx plugin, or put a step with docker/setup-buildx-action before this one.',
    }),
  );
  const run = await readRun(settings, context, await readEvent(env), { exec, env });
  run.notices.forEach(notice);
  const redact = redactor([
    ...(await secretValues(
      settings.images.flatMap(({ secrets }) => secrets),
      env,
      settings.area,
    )),
    ...settings.logins.map(({ password }) => password),
  ]);

  const step = { env, logins: settings.logins, needed: neededVariables(settings), cancel: exec.cancel };
  await withDockerHome(step, async (home) => {
    await checkLogins(settings, home);
    const { openWorkshop } = await import('./images/clients.ts');
    const workshop = openWorkshop(settings, exec, home, redact);
    const orders = takeOrders(settings, run);
    await expectTags(orders, workshop.registry);
    if (settings.dryRun) {
      const { describe } = await import('./dry-run.ts');
      return describe(settings, run, orders, workshop);
    }
    const { workOff } = await import('./images/process-images.ts');
    await workOff(settings, run, orders, workshop);
  });
}
