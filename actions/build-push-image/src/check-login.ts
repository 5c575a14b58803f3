import { debug, mask } from '../../lib/commands.ts';
import { ActionError, messageOf } from '../../lib/errors.ts';
import type { DockerHome } from './docker-home.ts';
import type { Settings } from './inputs.ts';
import { configKey, type Login } from './login.ts';

/**
 * Try the step's own logins before anything is built: a wrong password is told at once, not after the build.
 * A registry that cannot be asked here (its certificate is known to the builder alone, say) is left to the build.
 * @throws {ActionError} when a registry refuses
 */
export async function checkLogins(settings: Settings, home: DockerHome): Promise<void> {
  // Outside a runner nobody takes the command away, and it would show what it is to hide.
  if (home.env.GITHUB_ACTIONS === 'true') for (const { password } of settings.logins) mask(password);
  await Promise.all(settings.logins.map((login) => checkLogin(login, settings.retries)));
}

async function checkLogin(login: Login, retries: number): Promise<void> {
  const { Distribution } = await import('./distribution.ts');
  const { host, username, password } = login;
  const accepted = await new Distribution({ host, credentials: { username, password }, retries })
    .accepts()
    .catch((error: unknown) => {
      debug(`${host} could not be asked about the login: ${messageOf(error)}`);
      return true;
    });
  if (accepted) return;
  throw new ActionError({
    what: `the login to ${host} was refused`,
    why: `${configKey(host)} answers the user ${JSON.stringify(username)} with 401 Unauthorized: the user or the password is wrong`,
    next: 'Check the secret that the step gets as password: is it there, complete, not expired, and for this registry? Nothing was built or pushed.',
  });
}
