import { describe, expect, it } from '@jest/globals';
import { DEFAULTS } from '../../src/cases/values-case.ts';
import type { Path } from '../../src/data.ts';
import { createLocator } from '../../src/locate/locate.ts';
import { createReader } from '../../src/manifests/read.ts';
import type { Problem } from '../../src/rules/rule.ts';
import { chart, type Example, FILE, locate } from './example.ts';

describe('a line of a template', () => {
  const example: Example = {
    template: `{{- /* kind: Nothing
of the kind */}}
# kind: Nothing either
apiVersion: v1
kind: Service
metadata:
  name: web
  {{- if true }}
  labels:
    app: web
  {{- end }}
spec:
  ports:
  - name: http
    port: 80
  - name: metrics
    port: {{
      .Values.metrics
    }}
    "targetPort": x
---
kind: ConfigMap
`,
    rendered: `apiVersion: v1
kind: Service
metadata: { name: web, labels: { app: web } }
spec: { ports: [{ name: http, port: 80 }, { name: metrics, port: 81, targetPort: x }] }
`,
    values: '# none\nmetrics: 81\n',
  };
  it.each<[Path, Problem['about'], string]>([
    [['kind'], 'value', 'templates/web.yaml:5'],
    [['metadata', 'labels', 'app'], 'key', 'templates/web.yaml:10'],
    [['spec', 'ports', 1, 'targetPort'], 'key', 'templates/web.yaml:20'],
    [['spec', 'ports', 1, 'port'], 'key', 'templates/web.yaml:17'],
    [['spec', 'ports', 1, 'port'], 'value', 'values.yaml:2'],
    [['spec', 'ports', 0], 'value', 'templates/web.yaml:14'],
    [['spec', 'ports', 0, 'protocol'], 'absent', 'templates/web.yaml:14'],
    [['spec', 'type'], 'absent', 'templates/web.yaml:12'],
  ])('%j (%s) is in %s', (path, about, expected) => {
    expect(locate(example, path, about)).toBe(expected);
  });

  it('keeps its number with Windows line endings', () => {
    const windows = { ...example, template: example.template.replaceAll('\n', '\r\n') };
    expect(locate(windows, ['spec', 'ports', 1, 'targetPort'], 'key')).toBe('templates/web.yaml:20');
  });

  it('is that of the template that is included', () => {
    const including: Example = {
      template: 'kind: ConfigMap\nmetadata:\n  name: a\n  labels:\n    {{- include "shop.labels" . | nindent 4 }}\n',
      helpers:
        '{{- define "shop.other" -}}\na: b\n{{- end }}\n{{- define "shop.labels" -}}\n{{- if .Values.x }}\nx: y\n{{- end }}\nteam: {{ .Values.team }}\n{{- end }}\n',
      values: 'x: 1\nteam: 7\n',
      rendered: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, labels: { x: z, team: 7 } }\n',
    };
    expect(locate(including, ['metadata', 'labels', 'team'], 'key')).toBe('templates/_helpers.tpl:8');
    expect(locate(including, ['metadata', 'labels', 'team'])).toBe('values.yaml:2');
  });

  it('is approximate where templates of the same kind cannot be distinguished', () => {
    const twice: Example = {
      template: 'kind: A\na: 1\n---\nkind: A\na: 2\n---\nkind: A\na: 3\n',
      rendered: 'apiVersion: v1\nkind: A\nmetadata: {}\na: 1\n---\napiVersion: v1\nkind: A\nmetadata: {}\na: 3\n',
    };
    expect(locate(twice, ['a'])).toBe('~templates/web.yaml:2');
    expect(locate({ ...twice, rendered: `${twice.rendered}---\napiVersion: v1\nkind: A\na: 3\n` }, ['a'])).toBe(
      'templates/web.yaml:8',
    );
  });

  it('of a template that includes itself is still found', () => {
    const endless: Example = {
      template: 'kind: A\nmetadata:\n  {{- include "a" . | nindent 2 }}\n',
      helpers: '{{ define "a" }}\n{{ include "a" . }}\nname: x\n{{ end }}',
      rendered: 'apiVersion: v1\nkind: A\nmetadata: { name: x, b: c }\n',
    };
    expect(locate(endless, ['metadata', 'name'], 'key')).toBe('templates/_helpers.tpl:3');
    expect(locate(endless, ['metadata', 'b'], 'key')).toBe('~templates/web.yaml:2');
  });
});

describe('an item of a list', () => {
  it.each(['List', 'ServiceList'])('of the kind %s is in its lines', (kind) => {
    const text = `apiVersion: v1
kind: ${kind}
items:
  - apiVersion: v1
    kind: Service
    metadata: { name: a }
  - apiVersion: v1
    kind: Service
    metadata: { name: b }
    spec:
      ports:
        - port: 80
          targetport: {{ .Values.port }}
`;
    const example = { template: text, values: 'port: 1\n', rendered: text.replace('{{ .Values.port }}', '1') };
    expect(locate(example, ['spec', 'ports', 0, 'targetport'], 'key')).toBe('templates/web.yaml:13');
    expect(locate(example, ['spec', 'ports', 0, 'targetport'])).toBe('values.yaml:1');
    expect(locate(example, ['metadata', 'name'])).toBe('templates/web.yaml:9');
  });
});

describe('a line of the values', () => {
  const RENDERED =
    'apiVersion: v1\nkind: Pod\nmetadata: { name: shop-web }\nspec: { hostname: x-web, resources: { limits: { cpu: 1 } } }\n';
  const PATH = ['spec', 'resources', 'limits', 'cpu'];
  const VALUES = 'web:\n  resources:\n    limits:\n      cpu: 1\napi:\n  resources:\n    limits:\n      cpu: 1\n';
  it.each([
    ['a block', 'resources: {{- toYaml .Values.web.resources | nindent 4 }}'],
    ['a block on a separate line', 'resources:\n    {{- toYaml .Values.web.resources | nindent 4 }}'],
    ['the dot of with', '{{- with .Values.web.resources }}\n  resources: {{- toYaml . | nindent 4 }}\n  {{- end }}'],
    ['a variable', '{{- $web := .Values.web }}\n  resources: {{- toYaml $web.resources | nindent 4 }}'],
    [
      'a variable of with',
      '{{- with $r := .Values.web.resources }}\n  resources: {{- toYaml $r | nindent 4 }}\n  {{- end }}',
    ],
    ['an index', 'resources: {{- toYaml (index .Values "web").resources | nindent 4 }}'],
    [
      'an index that is known only when rendering',
      '{{- range $name := list "web" "api" }}\n  {{- $w := index $.Values $name }}\n  hostname: x-{{ $name }}\n  resources: {{- toYaml $w.resources | nindent 4 }}\n  {{- end }}',
    ],
    [
      'a range',
      '{{- range $name, $w := .Values }}\n  hostname: x-{{ $name }}\n  resources: {{- toYaml $w.resources | nindent 4 }}\n  {{- end }}',
    ],
    ['a default', 'resources: {{- toYaml (default .Values.web.resources .Values.other) | nindent 4 }}'],
    ['a template that gets a part', 'resources: {{- include "r" (dict "w" .Values.web "root" $) | nindent 4 }}'],
    ['a template that gets the root', 'resources: {{- include "all" . | nindent 4 }}'],
  ])('is found through %s', (_, resources) => {
    const helpers =
      '{{ define "r" }}\n{{ toYaml .w.resources }}\n{{ end }}\n{{ define "all" }}\nlimits:\n  cpu: {{ .Values.web.resources.limits.cpu }}\n{{ end }}\n';
    const example: Example = {
      template: `kind: Pod\nspec:\n  ${resources}\n`,
      helpers,
      values: VALUES,
      rendered: RENDERED,
    };
    expect(locate(example, PATH)).toBe('values.yaml:4');
  });

  it('is that of the highest file that sets it', () => {
    const example: Example = {
      template: 'kind: Pod\nspec:\n  resources: {{- toYaml .Values.web.resources | nindent 4 }}\n',
      values: VALUES,
      over: '# over\nweb:\n  resources:\n    limits: { cpu: 2 }\n',
      rendered: RENDERED.replace('cpu: 1', 'cpu: 2'),
    };
    expect(locate(example, PATH)).toBe('ci/over.yaml:4');
    expect(locate(example, ['spec', 'resources', 'limits', 'memory'], 'absent')).toBe('ci/over.yaml:4');
  });

  it('of a subchart is in the values of its parent, under its alias, otherwise in its own', () => {
    const source = { file: 'helm/shop/charts/cache/templates/x.yaml', keys: ['store'] };
    const example: Example = {
      template: 'kind: Pod\nsize: {{ .Values.size }}\nzone: {{ .Values.global.zone }}\n',
      rendered: 'apiVersion: v1\nkind: Pod\nsize: 1\nzone: a\n',
    };
    expect(locate(example, ['size'], 'value', source)).toBe('charts/cache/values.yaml:1');
    const values = 'store:\n  size: 2\nglobal:\n  zone: a\n';
    const over = { ...example, values, rendered: example.rendered.replace('size: 1', 'size: 2') };
    expect(locate(over, ['size'], 'value', source)).toBe('values.yaml:2');
    expect(locate(over, ['zone'], 'value', source)).toBe('values.yaml:4');
  });

  it('of a subchart of a subchart is under both keys', () => {
    const source = { file: 'helm/shop/charts/cache/charts/deep/templates/x.yaml', keys: ['store', 'deep'] };
    const example: Example = {
      template: 'kind: Pod\nsize: {{ .Values.size }}\n',
      values: 'size: 0\nstore:\n  size: 1\n  deep:\n    size: 2\n',
      rendered: 'apiVersion: v1\nkind: Pod\nsize: 2\n',
    };
    expect(locate(example, ['size'], 'value', source)).toBe('values.yaml:5');
  });
});

describe('other locations', () => {
  const locator = createLocator(
    chart('a:\n  b: 1\n'),
    new Map([[FILE, 'kind: Pod\n  x: {{ .Values.x }}: y\nz: 1\nz: 1\n']]),
  );
  it('a value is located where it is set, otherwise nearby', () => {
    expect(locator.value(['a', 'b'], DEFAULTS, 'shop')).toEqual({
      file: 'helm/shop/values.yaml',
      line: 2,
      exact: true,
    });
    expect(locator.value(['a', 'c'], DEFAULTS, 'shop')).toEqual({
      file: 'helm/shop/values.yaml',
      line: 1,
      exact: false,
    });
    expect(locator.value(['q'], DEFAULTS, '')).toEqual({ file: 'helm/shop/values.yaml', line: 1, exact: false });
  });
  it('a rendered line is located at the line of the template with the same text, otherwise with the same key', () => {
    expect(locator.excerpt(FILE, 'kind: Pod')).toEqual({ file: FILE, line: 1, exact: true });
    expect(locator.excerpt(FILE, 'x: 1: y')).toEqual({ file: FILE, line: 2, exact: false });
    expect(locator.excerpt(FILE, 'z: 1')).toEqual({ file: FILE, line: 3, exact: false });
    expect(locator.excerpt(FILE, 'nowhere')).toEqual({ file: FILE, line: 1, exact: false });
  });
  it('a template of a packed dependency is located at Chart.yaml', () => {
    const [resource] = createReader().rendered('---\n# Source: x\napiVersion: v1\nkind: Pod\n', () => ({
      file: 'helm/shop/charts/packed/templates/x.yaml',
      keys: ['packed'],
    })).resources;
    if (resource === undefined) throw new Error('nothing was read');
    expect(locator.problem({ resource, path: ['kind'], about: 'value', message: '' }, DEFAULTS)).toEqual({
      file: 'helm/shop/Chart.yaml',
      line: 1,
      exact: false,
    });
  });
});
