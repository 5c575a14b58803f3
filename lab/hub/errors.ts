/** GitHub's error responses: https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api */

export interface FieldError {
  resource: string;
  field?: string;
  code: 'missing' | 'missing_field' | 'invalid' | 'already_exists' | 'unprocessable' | 'custom';
  message?: string;
  value?: string;
}

interface ErrorDetails {
  errors?: readonly (FieldError | string)[];
  headers?: Readonly<Record<string, string>>;
}

export class ApiError extends Error {
  readonly status: number;
  readonly errors: readonly (FieldError | string)[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, { errors, headers = {} }: ErrorDetails = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.errors = errors;
    this.headers = headers;
  }

  body(documentationUrl: string): Record<string, unknown> {
    return {
      message: this.message,
      ...(this.errors ? { errors: this.errors } : {}),
      documentation_url: documentationUrl,
      status: String(this.status),
    };
  }
}

export function notFound(): ApiError {
  return new ApiError(404, 'Not Found');
}

/** 422 with an error of one field. */
export function invalid(
  resource: string,
  field: string,
  { code = 'invalid', message }: Partial<Pick<FieldError, 'code' | 'message'>> = {},
): ApiError {
  const error: FieldError = { resource, field, code, ...(message ? { message } : {}) };
  return new ApiError(422, 'Validation Failed', { errors: [error] });
}

/** 422 with only a sentence, as in the Git data API. */
export function unprocessable(message: string): ApiError {
  return new ApiError(422, message);
}
