import { ActionError, messageOf } from '../../../lib/errors.ts';
import { debug, mask } from '../../../lib/runner/commands.ts';
import type { Environment } from '../../../lib/runner/inputs.ts';
import type { Login } from '../docker/docker-config.ts';
import type { Settings } from '../inputs/inputs.ts';
import { TlsError } from './client/certificates.ts';
import type { HttpRegistry } from './http-registry.ts';

/** What asks a registry whether it accepts the login, on the connections that the step uses later. */
export type LoginCheck = Pick<HttpRegistry, 'refusal'>;

/**
 * Check the step's own logins before anything is built: a wrong password is reported at once, not after the build.
 * A registry that cannot be reached is left to the build. One whose certificate is not trusted is not: its images could not be tagged.
 * @throws {ActionError} when a registry refuses a login
 */
export async function checkLogins(settings: Settings, registry: LoginCheck, env: Environment): Promise<void> {
  // Outside a runner the command would be printed, and with it the password.
  if (env.GITHUB_ACTIONS === 'true') for (const { password } of settings.logins) mask(password);
  await Promise.all(settings.logins.map((login) => checkLogin(login, settings, registry)));
}

async function checkLogin(
  { host, username }: Login,
  { push }: Pick<Settings, 'push'>,
  registry: LoginCheck,
): Promise<void> {
  const refusal = await registry.refusal(host).catch((error: unknown) => {
    if (error instanceof TlsError && push) throw error;
    debug(`the login to ${host} could not be checked: ${messageOf(error)}`);
    return undefined;
  });
  if (refusal === undefined) return;
  throw new ActionError({
    what: `the login to ${host} was refused`,
    why: `${refusal.message} for user ${JSON.stringify(username)}: the user or the password is wrong`,
    next: 'Check the secret that the step gets as `password`: it must exist, be complete, be for this registry, and not be expired. Nothing was built or pushed.',
    cause: refusal,
  });
}
