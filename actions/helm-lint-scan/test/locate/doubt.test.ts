import { describe, expect, it } from '@jest/globals';
import type { Path } from '../../src/data.ts';
import { type Example, locate } from './example.ts';

const CONTAINERS: Path = ['spec', 'containers'];
const pod = (spec: string): string => `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n${spec}`;
/** Line 6 is the first of the spec. */
const example = (spec: string, rendered: string, values = ''): Example => ({
  template: pod(spec),
  rendered: pod(rendered),
  values,
});

const BRANCHES = `  {{- if .Values.a }}
  priority: {{ .Values.x }}
  {{- else }}
  priority: {{ .Values.z }}
  {{- end }}
`;

describe('a line is approximate if another can have rendered the value', () => {
  it.each<[name: string, given: Example, path: Path, expected: string]>([
    ['in two branches', example(BRANCHES, '  priority: 5\n', 'x: 5\ny: 5\n'), ['spec', 'priority'], '~values.yaml:1'],
    [
      'in branches with the same name of an item',
      example(
        `  containers:
  {{- if .Values.a }}
  - name: web
    image: {{ .Values.x }}
  {{- else }}
  - name: web
    image: {{ .Values.x }}
  {{- end }}
`,
        '  containers:\n  - name: web\n    image: b\n',
      ),
      [...CONTAINERS, 0, 'image'],
      '~templates/web.yaml:9',
    ],
    [
      'in branches that lines after them continue',
      example(
        `  {{- if .Values.a }}
  securityContext:
    runAsUser: {{ .Values.x }}
  {{- else }}
  securityContext:
    runAsUser: {{ .Values.z }}
  {{- end }}
    fsGroup: 1
`,
        '  securityContext:\n    runAsUser: 5\n    fsGroup: 1\n',
      ),
      ['spec', 'securityContext', 'runAsUser'],
      '~templates/web.yaml:8',
    ],
    [
      'from a variable that a branch sets',
      example(
        '  {{- $x := .Values.x }}\n  {{- if .Values.a }}\n  {{- $x = .Values.z }}\n  {{- end }}\n  priority: {{ $x }}\n',
        '  priority: 5\n',
        'x: 5\ny: 5\n',
      ),
      ['spec', 'priority'],
      '~templates/web.yaml:10',
    ],
    [
      'from an item of a range that has a twin',
      example(
        '  containers:\n  {{- range .Values.list }}\n  - name: {{ .name }}\n    image: {{ .image }}\n  {{- end }}\n',
        '  containers:\n  - name: web\n    image: b\n  - name: web\n    image: b\n',
        'list:\n  - name: web\n    image: b\n  - name: web\n    image: b\n',
      ),
      [...CONTAINERS, 1, 'image'],
      '~values.yaml:3',
    ],
    [
      'of a named template that two files define',
      {
        ...example(
          '  {{- include "p" . | nindent 2 }}\n{{- define "p" }}\npriority: 5\n{{- end }}\n',
          '  priority: 5\n',
        ),
        helpers: '{{- define "p" }}\npriority: 5\n{{- end }}\n',
      },
      ['spec', 'priority'],
      '~templates/_helpers.tpl:2',
    ],
    [
      'that a function computes from values',
      example('  priority: {{ add .Values.x 1 }}\n', '  priority: 6\n', 'x: 5\n'),
      ['spec', 'priority'],
      '~templates/web.yaml:6',
    ],
  ])('%s', (_, given, path, expected) => {
    expect(locate(given, path)).toBe(expected);
  });

  it('and exact if the text of the others is not in the render', () => {
    expect(locate(example(BRANCHES, '  priority: 5\n', 'x: 5\ny: 6\n'), ['spec', 'priority'])).toBe('~values.yaml:1');
    const literal = BRANCHES.replace('{{ .Values.x }}', '4');
    expect(locate(example(literal, '  priority: 5\n', 'z: 5\n'), ['spec', 'priority'])).toBe('values.yaml:1');
  });
});

describe('hooks are printed last', () => {
  const job = (name: string, annotations: string): string =>
    `apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: ${name}\n${annotations}spec:\n  parallelism: 1\n`;
  const hook = '  annotations:\n    helm.sh/hook: test\n';
  it('and are not mistaken for what comes before them', () => {
    const jobs = (names: readonly [string, string]) => [job(names[0], hook), job(names[1], '')] as const;
    const [first, second] = jobs(['b', 'a']);
    const template = jobs(['{{ .Values.b }}', '{{ .Values.a }}']).join('---\n');
    const given = { template, rendered: `${second}---\n${first}`, values: '' };
    expect(locate(given, ['spec', 'parallelism'])).toBe('templates/web.yaml:8');
  });
});

describe('a key that was not rendered', () => {
  const securityContext = (condition: string): string =>
    `  containers:\n  - name: web\n    {{- ${condition} }}\n    securityContext:\n      {{- toYaml .Values.ctx.sc | nindent 6 }}\n    {{- end }}\n`;
  const rendered = '  containers:\n  - name: web\n';
  const path: Path = [...CONTAINERS, 0, 'securityContext', 'runAsNonRoot'];
  it('is on the line of the empty value that left it out', () => {
    const given = example(securityContext('if .Values.ctx.sc'), rendered, 'ctx:\n  sc: {}\n');
    expect(locate(given, path, 'absent')).toBe('values.yaml:2');
  });
  it('is on the line of its parent if its value is not the reason', () => {
    const given = example(
      securityContext('if .Values.ctx.on'),
      rendered,
      'ctx:\n  on: false\n  sc:\n    runAsUser: 1\n',
    );
    expect(locate(given, path, 'absent')).toBe('templates/web.yaml:7');
  });
});
