import { ActionError, messageOf } from '../../lib/errors.ts';
import { annotate, info } from '../../lib/runner/commands.ts';
import { removeLeftover } from './docker/leftover.ts';

// Runs at the end of the job, also when the step was killed. A job that has done its work does not fail here.
try {
  const removed = await removeLeftover(process.env);
  if (removed !== undefined) info(`removed ${removed}, which the killed step left`);
} catch (error) {
  const next = error instanceof ActionError ? `.\n${error.next}` : '';
  annotate({ level: 'warning', title: 'build-push-image', message: `${messageOf(error)}${next}` });
}
