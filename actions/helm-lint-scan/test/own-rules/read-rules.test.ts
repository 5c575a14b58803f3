import { describe, expect, it } from '@jest/globals';
import { problemsOf } from './helpers.ts';

const entry = (fields: string): string => `rules:\n  - id: a\n    title: wrong\n    check: "true"\n    ${fields}\n`;
const LINE = 5;

const PROBLEMS: [text: string, problems: string[]][] = [
  ['rules: []\n', []],
  ['', []],
  ['- a\n', ['rules.yaml, line 1: the document has neither the list `rules` nor is it a ValidatingAdmissionPolicy']],
  [
    'apiVersion: v1\nkind: Pod\n',
    ['rules.yaml, line 1: the document has neither the list `rules` nor is it a ValidatingAdmissionPolicy'],
  ],
  ['rules: {}\n', ['rules.yaml, line 1: rules is not a list']],
  [
    'rules: [\n',
    ['rules.yaml, line 2: Flow sequence in block collection must be sufficiently indented and end with a ]'],
  ],
  [
    'rules: [a]\nmore: 1\n',
    ['rules.yaml, line 1: rules[0] is not a mapping', 'rules.yaml, line 2: more is unknown; known are rules'],
  ],
  [
    'rules:\n  - title: a\n',
    ['rules.yaml, line 2: rules[0].id is missing', 'rules.yaml, line 2: rules[0].check is missing'],
  ],
  [entry('chek: a'), [`rules.yaml, line ${LINE}: rules[0].chek is unknown; did you mean check?`]],
  [entry('level: fatal'), [`rules.yaml, line ${LINE}: rules[0].level is not one of error, warning, note`]],
  [entry('severity: 11'), [`rules.yaml, line ${LINE}: severity is not from 0 to 10`]],
  [entry('help: no'), [`rules.yaml, line ${LINE}: rules[0].help is not a string; put it in quotes`]],
  [entry('path: spec..a'), [`rules.yaml, line ${LINE}: path "spec..a" is not like spec.containers[*].image`]],
  [
    entry('match: { kinds: [] }'),
    [`rules.yaml, line ${LINE}: kinds is an empty list, so the rule would apply to nothing`],
  ],
  [
    entry(`match: { charts: ["${'{a,b}'.repeat(11)}"] }`),
    [`rules.yaml, line ${LINE}: "${'{a,b}'.repeat(11)}" expands to more than 1000 patterns`],
  ],
  [
    entry('when: params.a == 1'),
    [
      `rules.yaml, line ${LINE}: when uses params, which only a ValidatingAdmissionPolicy has; use object, self, resources, chart or kubeVersion`,
    ],
  ],
  [
    'rules:\n  - { id: A b, title: a, check: "true" }\n',
    ['rules.yaml, line 2: the id "A b" is not lower-case letters, digits and "-"'],
  ],
  ['rules:\n  - { id: a, check: "true" }\n', ['rules.yaml, line 2: the rule a has neither a title nor a message']],
];

describe('a rules file', () => {
  it.each(PROBLEMS)('is checked: %j', async (text, expected) => {
    expect(await problemsOf(text)).toEqual(expected);
  });

  it('has all problems of all files in one error, with the line of each expression', async () => {
    const text =
      'rules:\n  - id: a\n    title: a\n    when: "("\n    check: object.\n    variables: [{ name: x, expression: ")" }]\n';
    const problems = await problemsOf(text, entry('each: node'));
    expect(problems.map((problem) => problem.replace(/(expression): .*/, '$1'))).toEqual([
      'rules.yaml, line 5: check is not a CEL expression',
      'rules.yaml, line 4: when is not a CEL expression',
      'rules.yaml, line 6: expression is not a CEL expression',
      'rules-1.yaml, line 5: rules[0].each is not one of container, pod',
    ]);
  });

  it('must not have a rule that is in another file too', async () => {
    expect(await problemsOf(entry(''), entry(''))).toEqual([
      'rules-1.yaml, line 2: own/a is also in rules.yaml, line 2',
    ]);
  });

  it('must not have too many rules', async () => {
    const many = Array.from({ length: 501 }, (_, index) => `  - { id: r${index}, title: a, check: "true" }\n`).join('');
    expect(await problemsOf(`rules:\n${many}`)).toEqual(['rules.yaml, line 1: there are 501 rules, more than 500']);
  });
});
