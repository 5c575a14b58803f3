import { at, isData, type Path } from '../../data.ts';

/** The kinds of errors that the API server reports. Source: `ErrorType` in apimachinery/pkg/util/validation/field/errors.go */
export type Reason =
  | 'Required value'
  | 'Invalid value'
  | 'Unsupported value'
  | 'Duplicate value'
  | 'Forbidden'
  | 'Not found'
  | 'Too long'
  | 'Too many';

/** One error about a field of an object, as the API server would report it. */
export interface FieldError {
  path: Path;
  reason: Reason;
  /** What the field has, to be shown; `undefined` for reasons that show no value. */
  value: unknown;
  detail: string;
  /** Whether the key is wrong and not its value. */
  isKey: boolean;
  /** The values that an enumeration accepts. */
  choices: readonly string[];
}

/** The errors of a field and of what is in it. */
export type FieldErrors = Generator<FieldError, void>;

/** What rules depend on apart from the object. */
export interface ServerContext {
  /** The minor version of Kubernetes: 34 for 1.34. */
  minor: number;
}

/**
 * A place in an object that may be absent. As in the API server, a null is absent. A value of another type is treated as
 * absent too: the schema reports it.
 */
export class Field {
  readonly value: unknown;
  readonly path: Path;

  constructor(value: unknown, path: Path = []) {
    this.value = value;
    this.path = path;
  }

  at(...steps: Path): Field {
    return new Field(at(this.value, ...steps), [...this.path, ...steps]);
  }

  get isSet(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** Empty when there is no text. */
  get text(): string {
    return typeof this.value === 'string' ? this.value : '';
  }

  get number(): number | undefined {
    return typeof this.value === 'number' ? this.value : undefined;
  }

  get isTrue(): boolean {
    return this.value === true;
  }

  /** A null in a list is the empty value of its type. */
  get items(): Field[] {
    return Array.isArray(this.value)
      ? this.value.map((item, index) => new Field(item ?? '', [...this.path, index]))
      : [];
  }

  get entries(): [key: string, field: Field][] {
    return isData(this.value)
      ? Object.entries(this.value).map(([key, value]) => [key, new Field(value, [...this.path, key])])
      : [];
  }

  /** The texts of a list. */
  get texts(): string[] {
    return this.items.map(({ text }) => text);
  }

  invalid(detail: string, value: unknown = this.value): FieldError {
    return this.#error('Invalid value', detail, value);
  }

  required(detail = ''): FieldError {
    return this.#error('Required value', detail, undefined);
  }

  forbidden(detail: string): FieldError {
    return this.#error('Forbidden', detail, undefined);
  }

  unsupported(choices: readonly string[]): FieldError {
    return { ...this.#error('Unsupported value', '', this.value), choices };
  }

  duplicate(value: unknown = this.value): FieldError {
    return this.#error('Duplicate value', '', value);
  }

  notFound(detail = ''): FieldError {
    return this.#error('Not found', detail, this.value);
  }

  tooLong(limit: number): FieldError {
    return this.#error('Too long', `may not be more than ${limit} bytes`, undefined);
  }

  tooMany(limit: number): FieldError {
    return this.#error('Too many', `must have at most ${limit} items`, undefined);
  }

  /** The key that leads here is invalid. */
  invalidKey(detail: string): FieldError {
    return { ...this.#error('Invalid value', detail, this.path.at(-1)), isKey: true };
  }

  #error(reason: Reason, detail: string, value: unknown): FieldError {
    return { path: this.path, reason, value, detail, isKey: false, choices: [] };
  }
}
