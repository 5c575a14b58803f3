export type Environment = Readonly<Record<string, string | undefined>>;

/** All problems in the environment. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`invalid environment: ${problems.join('; ')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads settings from the environment and collects all problems, so that a pod that cannot start reports all of them at
 * once (`finish`). After a problem a method returns a harmless default. An empty variable counts as unset.
 */
export class EnvReader {
  readonly #env: Environment;
  readonly #problems: string[] = [];

  constructor(env: Environment) {
    this.#env = env;
  }

  text(name: string, fallback: string): string {
    return this.#get(name) ?? fallback;
  }

  /** A string that must match `pattern`; `expected` describes the pattern in words. */
  matching(name: string, { pattern, expected }: { pattern: RegExp; expected: string }, fallback: string): string {
    const value = this.#get(name);
    if (value === undefined) return fallback;
    if (!pattern.test(value)) this.#addProblem(name, value, expected);
    return pattern.test(value) ? value : fallback;
  }

  choice<const T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const value = this.#get(name);
    if (value === undefined) return fallback;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) this.#addProblem(name, value, `one of ${choices.join(', ')}`);
    return found ?? fallback;
  }

  /** A whole number from `min` to `max`, inclusive. */
  integer(name: string, { min, max, fallback }: { min: number; max: number; fallback: number }): number {
    const value = this.#get(name);
    if (value === undefined) return fallback;
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    this.#addProblem(name, value, `a whole number from ${min} to ${max}`);
    return fallback;
  }

  /** An HTTP(S) URL without credentials, query and fragment; required. */
  address(name: string, example: string): URL {
    const value = this.#get(name);
    if (value === undefined) {
      this.#problems.push(`${name} is required, for example ${example}`);
      return new URL(example);
    }
    const url = URL.parse(value);
    const valid =
      url !== null && /^https?:$/.test(url.protocol) && `${url.username}${url.password}${url.search}${url.hash}` === '';
    if (valid) return url;
    this.#addProblem(name, value, `an HTTP URL such as ${example}`);
    return new URL(example);
  }

  /** @throws {ConfigError} with all problems so far */
  finish(): void {
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
  }

  #get(name: string): string | undefined {
    const value = this.#env[name]?.trim();
    return value === '' ? undefined : value;
  }

  #addProblem(name: string, value: string, expected: string): void {
    this.#problems.push(`${name} is ${JSON.stringify(value)}, expected ${expected}`);
  }
}
