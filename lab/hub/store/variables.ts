import { ApiError } from '../errors.ts';

/** The name of a variable or secret in upper case. @throws ApiError 422 when GitHub does not allow it */
export function parseVariableName(name: string): string {
  const upper = name.toUpperCase();
  if (!/^[A-Z_][A-Z0-9_]*$/.test(upper) || upper.startsWith('GITHUB_')) {
    throw new ApiError(
      422,
      'Name can only contain alphanumeric characters and underscores, and not start with GITHUB_',
    );
  }
  return upper;
}
