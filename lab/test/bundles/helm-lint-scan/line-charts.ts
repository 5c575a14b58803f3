/**
 * Charts of many styles with one fault each. `§` marks the line that causes the finding; it is removed before a chart is written.
 * Each chart is a combination of where the pod template is, how the container gets into its list, and where the fault comes from.
 */

/** A part of a template with what it needs elsewhere. */
interface Fragment {
  lines: string[];
  values?: string;
  /** `values-prod.yaml` */
  over?: string;
  helpers?: string;
}

/** Text of a template in a column. */
type At = (column: number) => Fragment;

const indent = (lines: readonly string[], column: number): string[] =>
  lines.map((line) => (line === '' ? line : ' '.repeat(column) + line));

/** Where the fault comes from: keys of a container. */
export const FAULTS: Record<string, At> = {
  'a key in the template': () => ({ lines: ['fault: 1§'] }),
  'a scalar of the values': () => ({ lines: ['workingDir: {{ $.Values.dir }}'], values: '# none\ndir: 5§\n' }),
  'a scalar of the values, with a default': () => ({
    lines: ['workingDir: {{ $.Values.main.dir | default "/srv" }}'],
    values: 'dir: 5\nmain:\n  dir: 5§\n',
  }),
  'a default in the template': () => ({ lines: ['workingDir: {{ $.Values.dir | default 5 }}§'], values: 'dir: ""\n' }),
  'a values file of the case': () => ({
    lines: ['workingDir: {{ $.Values.dir }}'],
    values: 'dir: /srv\n',
    over: 'other: 1\ndir: 5§\n',
  }),
  'a mapping of the values': (column) => ({
    lines: [
      '{{- with $.Values.securityContext }}',
      'securityContext:',
      `  {{- toYaml . | nindent ${column + 2} }}`,
      '{{- end }}',
    ],
    values: 'other:\n  fault: 1\nsecurityContext:\n  runAsUser: 1000\n  fault: 1§\n',
  }),
  'a mapping of the values beside keys': (column) => ({
    lines: [
      'securityContext:',
      '  runAsUser: 1000',
      `  {{- toYaml $.Values.more | nindent ${column + 2} }}`,
      'stdin: false',
    ],
    values: 'more:\n  runAsGroup: 1000\n  fault: 1§\n',
  }),
  'the branch that was taken': () => ({
    lines: [
      '{{- if $.Values.strict }}',
      'securityContext:',
      '  runAsUser: 1000',
      '  fault: 2',
      '{{- else if $.Values.other }}',
      'securityContext: { fault: 3 }',
      '{{- else }}',
      'securityContext:',
      '  fault: 1§',
      '{{- end }}',
    ],
    values: 'strict: false\nother: false\n',
  }),
  'a key that a template renders': (column) => ({
    lines: [`{{- include "app.extra" $ | nindent ${column} }}`],
    helpers:
      '{{- define "app.other" }}\nfault: 2\n{{- end }}\n\n{{- define "app.extra" -}}\nstdin: false\nfault: 1§\n{{- end }}\n',
  }),
  'a template in a template': (column) => ({
    lines: ['securityContext:', `  {{- include "app.outer" (dict "root" $) | nindent ${column + 2} }}`],
    helpers:
      '{{- define "app.outer" -}}\nrunAsUser: 1000\n{{- if .root.Values.strict }}\nfault: 2\n{{- end }}\n{{ include "app.inner" .root.Values.inner }}\n{{- end }}\n{{- define "app.inner" -}}\n{{- with .context }}\n{{- toYaml . }}\n{{- end }}\n{{- end }}\n',
    values: 'strict: false\ninner:\n  context:\n    runAsGroup: 1000\n    fault: 1§\n',
  }),
  'one of two merged mappings': (column) => ({
    lines: [`securityContext: {{- toYaml (merge $.Values.own $.Values.common) | nindent ${column + 2} }}`],
    values: 'own:\n  runAsUser: 1000\ncommon:\n  fault: 1§\n',
  }),
  'an item of a range over a mapping': () => ({
    lines: [
      'env:',
      '  - name: FIRST',
      '    value: "1"',
      '  {{- range $name, $value := $.Values.env }}',
      '  - name: {{ $name }}',
      '    value: {{ $value }}',
      '  {{- end }}',
    ],
    values: 'env:\n  BEFORE: on-line\n  MIDDLE: 5§\n  ZULU: last\n',
  }),
  'an item of a range over a list': () => ({
    lines: [
      'env:',
      '  {{- range $.Values.env }}',
      '  - name: {{ .name | upper | lower }}',
      '    value: {{ .text }}',
      '  {{- end }}',
    ],
    values: 'env:\n  - name: a\n    text: b\n  - name: c\n    text: 5§\n',
  }),
  'a list of the values after items': (column) => ({
    lines: [
      'env:',
      '  {{- if $.Values.debug }}',
      '  - name: DEBUG',
      '    value: 5',
      '  {{- end }}',
      '  - name: A',
      '    value: "1"',
      '  {{- with $.Values.extraEnv }}',
      `  {{- toYaml . | nindent ${column + 2} }}`,
      '  {{- end }}',
    ],
    values: 'debug: false\nextraEnv:\n  - name: B\n    value: "2"\n  - name: C\n    value: 5§\n',
  }),
  'a text that is itself a template': () => ({
    lines: ['workingDir: {{ tpl $.Values.dir $ }}'],
    values: 'dir: "{{ 5 }}"§\n',
  }),
};

/** The container with its keys. */
const container = (keys: readonly string[]): string[] => [
  '- name: faulty',
  ...indent(['image: "web:1.2"', ...keys], 2),
];

const optional = (condition: string, name: string): string[] => [
  `{{- if ${condition} }}`,
  `- name: ${name}`,
  '  image: "side:1.2"',
  '  workingDir: 5.5',
  '  securityContext: { fault: 4 }',
  '  env: [{ name: X, value: "x" }]',
  '{{- end }}',
];

/** How the container gets into the list, whose dashes are in the column. */
export const LISTS: Record<string, (fault: At, column: number) => Fragment> = {
  'alone in the list': (fault, column) => add(fault(column + 2), container),
  'after a sidecar that is off': (fault, column) =>
    add(fault(column + 2), (keys) => [...optional('$.Values.sidecar.on', 'side'), ...container(keys)], {
      values: 'sidecar:\n  on: false\n',
    }),
  'between sidecars': (fault, column) =>
    add(
      fault(column + 2),
      (keys) => [...quiet('first'), ...optional('$.Values.sidecar', 'side'), ...container(keys), ...quiet('last')],
      { values: 'sidecar: ""\n' },
    ),
  'in the branch that was taken': (fault, column) =>
    add(
      fault(column + 2),
      (keys) => ['{{- if $.Values.alternative }}', ...quiet('faulty'), '{{- else }}', ...container(keys), '{{- end }}'],
      { values: 'alternative: false\n' },
    ),
  'around lists of the values': (fault, column) =>
    add(
      fault(column + 2),
      (keys) => [
        '{{- with $.Values.before }}',
        `{{- toYaml . | nindent ${column} }}`,
        '{{- end }}',
        ...container(keys),
        `{{- toYaml $.Values.after | nindent ${column} }}`,
      ],
      {
        values:
          'before:\n  - name: before\n    image: "b:1.2"\nafter:\n  - name: after\n    image: "a:1.2"\n    workingDir: /x\n',
      },
    ),
  'after a range of sidecars': (fault, column) =>
    add(
      fault(column + 2),
      (keys) => [
        '{{- range $name, $side := $.Values.sides }}',
        '- name: {{ $name }}',
        '  image: {{ $side.image }}',
        '{{- end }}',
        ...container(keys),
      ],
      { values: 'sides:\n  a: { image: "a:1.2" }\n  b: { image: "b:1.2" }\n' },
    ),
  'in a named template': (fault, column) => {
    const inner = fault(2);
    return {
      ...inner,
      lines: [...optional('$.Values.never', 'side'), `{{- include "app.container" $ | nindent ${column} }}`],
      helpers: `${inner.helpers ?? ''}{{- define "app.container" -}}\n${container(inner.lines).join('\n')}\n{{- end }}\n`,
    };
  },
  'in a list of a named template': (fault, column) => {
    const inner = fault(4);
    return {
      ...inner,
      lines: [`{{- include "app.containers" (dict "root" $ "name" "x") | nindent ${column} }}`],
      helpers: `${inner.helpers ?? ''}{{- define "app.containers" -}}\n{{- $ := .root }}\n${[...optional('.root.Values.never', 'side'), ...container(inner.lines)].join('\n').replaceAll('nindent 4', 'nindent 2').replaceAll('nindent 6', 'nindent 4')}\n{{- end }}\n`,
    };
  },
};

const quiet = (name: string): string[] => [`- name: ${name}`, '  image: "quiet:1.2"'];

function add(fault: Fragment, wrap: (keys: string[]) => string[], extra: Partial<Fragment> = {}): Fragment {
  return { ...fault, lines: wrap(fault.lines), values: `${extra.values ?? ''}${fault.values ?? ''}` };
}

const deployment = (name: string, containers: readonly string[]): string[] => [
  'apiVersion: apps/v1',
  'kind: Deployment',
  'metadata:',
  `  name: ${name}`,
  'spec:',
  '  selector:',
  '    matchLabels: { app: a }',
  '  template:',
  '    metadata:',
  '      labels: { app: a }',
  '    spec:',
  '      containers:',
  ...indent(containers, 8),
];
/** The column of the dashes of the containers. */
export const COLUMN = 8;

/** Where the Deployment is: files of a chart. */
export const PLACES: Record<string, (fragment: Fragment) => Record<string, string>> = {
  'a template': (fragment) => files(fragment, deployment('web', fragment.lines)),
  'a condition': (fragment) =>
    files(fragment, ['{{- if not $.Values.off }}', ...deployment('web', fragment.lines), '{{- end }}']),
  'a range': (fragment) =>
    files(fragment, [
      '{{- range $name := list "one" "two" }}',
      '---',
      ...deployment('x-{{ $name }}', fragment.lines),
      '{{- end }}',
    ]),
  'a second document': (fragment) =>
    files(fragment, [
      '{{- if $.Values.off }}',
      ...deployment('off', ['- name: faulty', '  fault: 2']),
      '---',
      '{{- end }}',
      ...deployment('web', fragment.lines),
    ]),
  'a library': (fragment) => ({
    ...files(fragment, ['{{- include "lib.deployment" . }}']),
    'charts/lib/Chart.yaml': 'apiVersion: v2\nname: lib\ntype: library\nversion: 1.0.0\n',
    'charts/lib/templates/_lib.tpl': [
      '{{- define "lib.deployment" }}',
      ...deployment('web', fragment.lines),
      '{{- end }}',
      '',
    ].join('\n'),
  }),
  'a subchart': (fragment) => {
    const inner = files(fragment, deployment('web', fragment.lines));
    const nested = (text: string | undefined) =>
      text === undefined || text === '' ? '' : `sub:\n${indent(text.trimEnd().split('\n'), 2).join('\n')}\n`;
    const { 'values-prod.yaml': over, 'values.yaml': values, 'Chart.yaml': meta = '', ...others } = inner;
    return {
      'Chart.yaml': meta,
      'values.yaml': nested(values),
      ...(over === undefined ? {} : { 'values-prod.yaml': nested(over) }),
      ...Object.fromEntries(Object.entries(others).map(([name, text]) => [`charts/sub/${name}`, text])),
      'charts/sub/Chart.yaml': meta.replace('name: app', 'name: sub'),
      'charts/sub/values.yaml': '# Set by the parent.\ndir: /nowhere\n',
    };
  },
};

const files = ({ values = '', over, helpers }: Fragment, lines: readonly string[]): Record<string, string> => ({
  'Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\n',
  'values.yaml': values,
  'templates/web.yaml': `${lines.join('\n')}\n`,
  ...(over === undefined ? {} : { 'values-prod.yaml': over }),
  ...(helpers === undefined ? {} : { 'templates/_helpers.tpl': helpers }),
});
