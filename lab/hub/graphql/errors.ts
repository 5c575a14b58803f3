import type { GraphQLError } from 'graphql';
import { ApiError } from '../errors.ts';

export type FaultType = 'NOT_FOUND' | 'FORBIDDEN' | 'STALE_DATA' | 'UNPROCESSABLE' | 'INVALID' | 'INTERNAL';

/** An error with the `type` that GitHub puts beside its message. */
export class GraphqlFault extends Error {
  /** undefined: GitHub gives none, as for the refusal by a ruleset. */
  readonly type: FaultType | undefined;

  constructor(type: FaultType | undefined, message: string) {
    super(message);
    this.type = type;
  }
}

const TYPE_OF_STATUS: Record<number, FaultType> = { 403: 'FORBIDDEN', 404: 'NOT_FOUND', 422: 'UNPROCESSABLE' };

/** GitHub's shape of one error. */
export function presentError(error: GraphQLError): Record<string, unknown> {
  const { originalError } = error;
  const type =
    originalError instanceof GraphqlFault
      ? originalError.type
      : originalError instanceof ApiError
        ? TYPE_OF_STATUS[originalError.status]
        : originalError
          ? 'INTERNAL'
          : undefined;
  if (type === 'INTERNAL' && !(originalError instanceof GraphqlFault)) console.error('hub:', originalError);
  return {
    ...(type ? { type } : {}),
    ...(error.path ? { path: error.path } : {}),
    ...(error.locations ? { locations: error.locations } : {}),
    message: error.message,
  };
}
