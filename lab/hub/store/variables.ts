import { ApiError } from '../errors.ts';

/** GitHub's rule for names of variables and secrets. */
export function checkName(name: string): string {
  const upper = name.toUpperCase();
  if (!/^[A-Z_][A-Z0-9_]*$/.test(upper) || upper.startsWith('GITHUB_')) {
    throw new ApiError(
      422,
      'Name can only contain alphanumeric characters and underscores, and not start with GITHUB_',
    );
  }
  return upper;
}
