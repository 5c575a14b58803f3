import { ActionError } from '../../../lib/errors.ts';
import type { Context } from '../../../lib/runner/context.ts';
import type { Checkout } from './checkout.ts';

/**
 * When the run's commit was made, for the label `created`: from the checkout, otherwise from the event that started the run.
 * @throws {ActionError} when neither has the commit
 */
export async function readCommitTime(
  context: Context,
  event: Record<string, unknown>,
  checkout: Checkout,
): Promise<Date> {
  const epoch = (await checkout.commitTime(context.sha)) ?? timeFromEvent(context, event) ?? failUnknown(context);
  return new Date(epoch * 1000);
}

/** A push event describes its head commit. */
function timeFromEvent({ sha }: Context, event: Record<string, unknown>): number | undefined {
  const commit = event.head_commit as { id?: string; timestamp?: string } | undefined | null;
  const time = Date.parse(commit?.timestamp ?? '');
  return commit?.id !== sha || Number.isNaN(time) ? undefined : Math.floor(time / 1000);
}

function failUnknown({ sha, workspace }: Context): never {
  throw new ActionError({
    what: 'the time of the commit is unknown',
    why: `${workspace} has no Git checkout with the commit ${sha}, and the event does not describe it`,
    next: 'Run actions/checkout before this step, or set `commit-labels: false`.',
  });
}
