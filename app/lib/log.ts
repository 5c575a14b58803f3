/** From the most to the least urgent. */
export const LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type Level = (typeof LEVELS)[number];
export type Fields = Readonly<Record<string, unknown>>;

/** Writes one JSON object per line: `time`, `level`, `msg`, the common fields, and the given fields. */
export class Log {
  readonly #threshold: number;
  readonly #common: Fields;
  readonly #write: (line: string) => void;

  constructor(level: Level, common: Fields, write: (line: string) => void = (line) => process.stdout.write(line)) {
    this.#threshold = LEVELS.indexOf(level);
    this.#common = common;
    this.#write = write;
  }

  /** So that a hot path can skip computing fields that are not logged. */
  enabled(level: Level): boolean {
    return LEVELS.indexOf(level) <= this.#threshold;
  }

  error(msg: string, fields: Fields = {}): void {
    this.#line('error', msg, fields);
  }

  warn(msg: string, fields: Fields = {}): void {
    this.#line('warn', msg, fields);
  }

  info(msg: string, fields: Fields = {}): void {
    this.#line('info', msg, fields);
  }

  debug(msg: string, fields: Fields = {}): void {
    this.#line('debug', msg, fields);
  }

  #line(level: Level, msg: string, fields: Fields): void {
    if (!this.enabled(level)) return;
    this.#write(`${JSON.stringify({ time: new Date().toISOString(), level, msg, ...this.#common, ...fields })}\n`);
  }
}

/** An error as fields of a log line, with its cause. */
export function errorFields(error: unknown): Fields {
  if (!(error instanceof Error)) return { error: String(error) };
  const cause = error.cause === undefined ? {} : { cause: errorFields(error.cause).error };
  return { error: error.message, ...cause, stack: error.stack };
}
