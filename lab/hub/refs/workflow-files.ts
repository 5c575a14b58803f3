import type { Actor } from '../accounts.ts';

export const WORKFLOWS = '.github/workflows';

/**
 * Whether a token may push and release commits that change workflow files. People's tokens may. That of a job never can:
 * https://docs.github.com/actions/security-guides/automatic-token-authentication#permissions-for-the-github_token
 */
export function mayChangeWorkflows({ token }: Actor): boolean {
  if (token.kind === 'user') return true;
  if (token.kind === 'job') return false;
  return token.permissions === 'all' || token.permissions.workflows === 'write';
}
