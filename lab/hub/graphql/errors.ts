import type { GraphQLError } from 'graphql';
import { ApiError } from '../errors.ts';

export type ErrorType = 'NOT_FOUND' | 'FORBIDDEN' | 'STALE_DATA' | 'UNPROCESSABLE' | 'INVALID' | 'INTERNAL';

/** An error with the `type` that GitHub adds to its message. */
export class GraphqlError extends Error {
  /** undefined where GitHub gives none, such as for a violated ruleset. */
  readonly type: ErrorType | undefined;

  constructor(type: ErrorType | undefined, message: string) {
    super(message);
    this.type = type;
  }
}

const TYPE_BY_STATUS: Record<number, ErrorType> = {
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'UNPROCESSABLE',
  409: 'UNPROCESSABLE',
  422: 'UNPROCESSABLE',
};

/** The messages of the fields, which REST has beside "Validation Failed". */
function fieldMessages({ errors = [] }: ApiError): string {
  return errors
    .map((error) => (typeof error === 'string' ? error : (error.message ?? `${error.field} is ${error.code}`)))
    .join(', ');
}

/** Formats an error as GitHub does. */
export function presentError(error: GraphQLError): Record<string, unknown> {
  const { originalError } = error;
  const type =
    originalError instanceof GraphqlError
      ? originalError.type
      : originalError instanceof ApiError
        ? TYPE_BY_STATUS[originalError.status]
        : originalError
          ? 'INTERNAL'
          : undefined;
  if (type === 'INTERNAL' && !(originalError instanceof GraphqlError)) console.error('hub:', originalError);
  return {
    ...(type ? { type } : {}),
    ...(error.path ? { path: error.path } : {}),
    ...(error.locations ? { locations: error.locations } : {}),
    message: (originalError instanceof ApiError && fieldMessages(originalError)) || error.message,
  };
}
