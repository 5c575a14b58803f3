import type { Cel } from '../cel/index.ts';
import { at, type Path } from '../data.ts';
import type { YamlDocument } from '../manifests/yaml.ts';
import type { NamedExpression, OwnExpression } from './own-rule.ts';
import { findShapeProblems, type Shape } from './shape.ts';

/** One problem of a rules file. */
export interface FileProblem {
  file: string;
  line: number;
  message: string;
}

/** A document of a rules file, which collects its problems. */
export class RulesDocument {
  readonly file: string;
  readonly value: unknown;
  readonly problems: FileProblem[] = [];
  readonly #document: YamlDocument;
  readonly #cel: Cel;

  constructor(file: string, document: YamlDocument, cel: Cel) {
    this.file = file;
    this.value = document.value;
    this.#document = document;
    this.#cel = cel;
    for (const { line, message } of document.problems) this.problems.push({ file, line, message });
  }

  lineOf(path: Path): number {
    return this.#document.find(path).line;
  }

  report(path: Path, message: string): void {
    this.problems.push({ file: this.file, line: this.lineOf(path), message });
  }

  /** @returns whether the document has the shape */
  has(shape: Shape): boolean {
    const found = findShapeProblems(this.value, shape);
    for (const { path, message } of found) this.report(path, message);
    return found.length === 0;
  }

  /**
   * The expression at a path; `undefined` when there is none, or when it is invalid.
   * @param unavailable variables that it must not use, each with the reason
   */
  expression(path: Path, unavailable: ReadonlyMap<string, string> = new Map()): OwnExpression | undefined {
    const text = at(this.value, ...path);
    if (typeof text !== 'string') return undefined;
    const compiled = this.#cel.compile(text);
    if ('problem' in compiled) {
      this.report(path, `${String(path.at(-1))} is not a CEL expression: ${compiled.problem}`);
      return undefined;
    }
    for (const [variable, why] of unavailable)
      if (compiled.uses(variable)) this.report(path, `${String(path.at(-1))} uses ${variable}, ${why}`);
    return { text, uses: compiled.uses, evaluate: compiled.evaluate };
  }

  /** A list of mappings with `name` and `expression`. */
  namedExpressions(path: Path, unavailable?: ReadonlyMap<string, string>): NamedExpression[] {
    const list = at(this.value, ...path);
    return (Array.isArray(list) ? list : []).flatMap((entry: unknown, index) => {
      const name = at(entry, 'name');
      const expression = this.expression([...path, index, 'expression'], unavailable);
      return typeof name === 'string' && expression !== undefined ? [{ name, expression }] : [];
    });
  }
}

export const NAMED_EXPRESSIONS: Shape = {
  list: { fields: { name: 'text', expression: 'text' }, required: ['name', 'expression'] },
};
