import { InputError, type InputProblem } from '../errors.ts';
import { isStackOverflow, NESTED_TOO_DEEPLY } from '../yaml/depth.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The result of a parser: a value, or what is wrong with the text, as a predicate. */
export type Parsed<T> = { value: T } | { problem: string };

/** A boolean in a form of YAML 1.2's core schema, as the runner's own toolkit accepts it; `undefined` for any other text. */
export function parseBoolean(text: string): boolean | undefined {
  if (/^(true|True|TRUE)$/.test(text)) return true;
  return /^(false|False|FALSE)$/.test(text) ? false : undefined;
}

const BOOLEANS = 'true True TRUE false False FALSE';

/** A value without the user name and password before a host. A digest after a tag is not a host. */
const withoutLogin = (text: string): string =>
  text.replaceAll(/(?<=^|\s|:\/\/)[^\s/@:]+:[^\s/@]+@(?!sha(256|512):)/g, '***@');

/** A line of a list input. */
export interface Line {
  text: string;
  /** 1-based, among all lines of the input. */
  number: number;
}

/**
 * Reads an action's inputs from the environment and collects every problem, so that all are reported together
 * (`assertValid`) before anything is done. After a problem a method returns an arbitrary value of its type.
 */
export class InputReader {
  readonly #env: Environment;
  readonly #problems: InputProblem[] = [];

  constructor(env: Environment) {
    this.#env = env;
  }

  /** The text of an input, trimmed; `''` when it is not set. The runner's naming: `INPUT_` + upper case, spaces as `_`. */
  text(name: string, fallback = ''): string {
    const value = this.#given(name);
    return value === undefined || value === '' ? fallback : value;
  }

  /** Whether the workflow sets the input to an empty string, which differs from not setting an input with a default in `action.yml`. */
  isGivenEmpty(name: string): boolean {
    return this.#given(name) === '';
  }

  required(name: string, example: string): string {
    const value = this.text(name);
    if (value === '') this.addProblem({ input: name, problem: 'is required', example });
    return value;
  }

  /** See {@link parseBoolean}. */
  boolean(name: string, fallback: boolean): boolean {
    const value = this.text(name);
    if (value === '') return fallback;
    const parsed = parseBoolean(value);
    if (parsed !== undefined) return parsed;
    this.addProblem({
      input: name,
      value,
      problem: `is not a boolean (${BOOLEANS})`,
      example: String(fallback),
    });
    return fallback;
  }

  /** A boolean, or `undefined` for `auto`, the default. */
  autoBoolean(name: string): boolean | undefined {
    const value = this.text(name, 'auto');
    const parsed = value === 'auto' ? undefined : parseBoolean(value);
    if (value !== 'auto' && parsed === undefined) {
      this.addProblem({
        input: name,
        value,
        problem: `is neither auto nor a boolean (${BOOLEANS})`,
        example: 'auto',
      });
    }
    return parsed;
  }

  choice<const T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const value = this.text(name, fallback);
    const choice = choices.find((name) => name === value);
    if (choice !== undefined) return choice;
    this.addProblem({ input: name, value, problem: `is not one of ${choices.join(', ')}`, example: fallback });
    return fallback;
  }

  integer(name: string, range: { min: number; max: number }, fallback: number): number {
    const value = this.text(name);
    if (value === '') return fallback;
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= range.min && number <= range.max) return number;
    this.addProblem({
      input: name,
      value,
      problem: `is not a whole number from ${range.min} to ${range.max}`,
      example: String(fallback),
    });
    return fallback;
  }

  /** A plain list: one item per line; blank lines are ignored. */
  lines(name: string, fallback = ''): Line[] {
    return this.text(name, fallback)
      .split(/\r?\n/)
      .map((text, index) => ({ text: text.trim(), number: index + 1 }))
      .filter(({ text }) => text !== '');
  }

  /** The parsed text; `undefined` for an input that is not set, and after a problem. */
  parsed<T>(name: string, parse: (text: string) => Parsed<T>, example: string): T | undefined {
    const value = this.text(name);
    return value === '' ? undefined : this.#unwrap({ input: name, value, example }, parse(value));
  }

  /**
   * Each line parsed; invalid lines are omitted.
   * @param example a valid line, or the default, which is then the example too
   */
  parsedLines<T>(name: string, parse: (text: string) => Parsed<T>, example: string | { fallback: string }): T[] {
    const [exampleLine, fallback] = typeof example === 'string' ? [example, ''] : [example.fallback, example.fallback];
    return this.lines(name, fallback).flatMap(({ text, number }) => {
      const value = this.#unwrap({ input: `${name} (line ${number})`, value: text, example: exampleLine }, parse(text));
      return value === undefined ? [] : [value];
    });
  }

  /**
   * A structured input in YAML (or JSON, which is YAML): lists, mappings, strings and null. Numbers and booleans stay strings, as written.
   * The YAML parser is loaded only when there is something to parse.
   */
  async yaml<T>(name: string, parse: (data: unknown) => Parsed<T>, example: string): Promise<T | undefined> {
    const text = this.text(name);
    if (text === '') return undefined;
    const { parseDocument, visit } = await import('yaml');
    try {
      // Not `silent`: a second document would be ignored without an error.
      const document = parseDocument(text, { logLevel: 'error' });
      const messages = document.errors.map(({ message }) => message.split('\n')[0] ?? '');
      if (messages.length > 0) {
        const problem = messages.some(isStackOverflow) ? NESTED_TOO_DEEPLY : `is not YAML: ${messages[0]}`;
        this.addProblem({ input: name, value: text, problem, example });
        return undefined;
      }
      // As written: the version 1.20 is not a number, and would become 1.2.
      visit(document, {
        Scalar(_key, node) {
          if (typeof node.value === 'number' || typeof node.value === 'boolean') node.value = node.source;
        },
      });
      return this.#unwrap({ input: name, value: text, example }, parse(document.toJS()));
    } catch (error) {
      // `toJS` refuses documents that expand without limit (aliases of aliases).
      const { message } = error as Error;
      this.addProblem({
        input: name,
        problem: isStackOverflow(message) ? NESTED_TOO_DEEPLY : `is invalid: ${message}`,
        example,
      });
      return undefined;
    }
  }

  addProblem(problem: InputProblem): void {
    this.#problems.push(problem.value === undefined ? problem : { ...problem, value: withoutLogin(problem.value) });
  }

  /** @throws {InputError} with every problem */
  assertValid(): void {
    if (this.#problems.length > 0) throw new InputError(this.#problems);
  }

  #given(name: string): string | undefined {
    return this.#env[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`]?.trim();
  }

  #unwrap<T>(given: Omit<InputProblem, 'problem'>, parsed: Parsed<T>): T | undefined {
    if ('value' in parsed) return parsed.value;
    this.addProblem({ ...given, problem: parsed.problem });
    return undefined;
  }
}
