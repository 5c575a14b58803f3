export type Environment = Readonly<Record<string, string | undefined>>;

/** Faults in the environment, all of them at once. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the environment is not usable: ${problems.join('; ')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads settings from the environment and collects every fault, so that a pod that cannot start says all that is
 * wrong in one go (`finish`). A method that met a fault returns a harmless stand-in. An empty variable counts as unset.
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

  /** A text that must match `pattern`; `expected` says in words what that is. */
  matching(name: string, pattern: RegExp, expected: string, fallback: string): string {
    const value = this.#get(name);
    if (value === undefined) return fallback;
    if (pattern.test(value)) return value;
    return this.#fault(name, value, expected, fallback);
  }

  choice<const T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const value = this.#get(name);
    if (value === undefined) return fallback;
    const choice = choices.find((each) => each === value);
    return choice ?? this.#fault(name, value, `one of ${choices.join(', ')}`, fallback);
  }

  /** A whole number from `min` to `max`, both included. */
  integer(name: string, { min, max, fallback }: { min: number; max: number; fallback: number }): number {
    const value = this.#get(name);
    if (value === undefined) return fallback;
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    return this.#fault(name, value, `a whole number from ${min} to ${max}`, fallback);
  }

  /** An http(s) address without credentials, query and fragment; required. */
  address(name: string, example: string): URL {
    const value = this.#get(name);
    if (value === undefined) {
      this.#problems.push(`${name} is required, for example ${example}`);
      return new URL(example);
    }
    const url = URL.parse(value);
    const usable =
      url !== null && /^https?:$/.test(url.protocol) && `${url.username}${url.password}${url.search}${url.hash}` === '';
    return usable ? url : this.#fault(name, value, `an http address such as ${example}`, new URL(example));
  }

  /** @throws {ConfigError} with every fault met so far. */
  finish(): void {
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
  }

  #get(name: string): string | undefined {
    const value = this.#env[name]?.trim();
    return value === '' ? undefined : value;
  }

  #fault<T>(name: string, value: string, expected: string, fallback: T): T {
    this.#problems.push(`${name} is ${JSON.stringify(value)}, expected ${expected}`);
    return fallback;
  }
}
