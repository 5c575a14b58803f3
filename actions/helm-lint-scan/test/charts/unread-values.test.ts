import { describe, expect, it } from '@jest/globals';
import { readChart } from '../../src/charts/chart.ts';
import { findUnread, readValuesOf } from '../../src/charts/unread-values.ts';
import { formatPath } from '../../src/data.ts';
import { readTemplates } from '../../src/locate/locate.ts';
import { files, META, useCheckout, write } from '../checkout.ts';

useCheckout();

const CHART = 'helm/web';

/** The values that no template reads; `undefined` when that is unknown. */
async function unread(values: string, texts: Record<string, string | Uint8Array>): Promise<string[] | undefined> {
  const inChart = Object.entries(texts).map(([path, text]) => [`${CHART}/${path}`, text]);
  await write({ [`${CHART}/Chart.yaml`]: META, [`${CHART}/values.yaml`]: values, ...Object.fromEntries(inChart) });
  const chart = await readChart(files, CHART);
  const read = readValuesOf(chart, await readTemplates(files, chart), [chart.values?.value]);
  return read && findUnread(chart.values?.value, read).map(formatPath);
}

const inTemplate = (values: string, text: string) => unread(values, { 'templates/a.yaml': text });

describe('a value', () => {
  it.each([
    ['a: 1\nb: 2', '{{ .Values.a }}', ['b']],
    ['web: { image: a, imge: b }', '{{ .Values.web.image }}', ['web.imge']],
    ['web: { image: { tag: a, tga: b } }', 'x: {{ $.Values.web.image.tag | quote }}', ['web.image.tga']],
    ['a: { b: { c: 1 } }\nd: ~', '{{ include "x" . }}', ['a', 'd']],
    // What a comment says is not executed.
    ['a: 1', '{{- /* .Values.a and .Values */ -}}', ['a']],
    ['a: 1', '{{ .Values.ab }}{{ .Valuesa }}', ['a']],
    ['web: { port: 1 }\na: 2', '{{ index .Values "web" "port" }}', ['a']],
    ['web: { port: 1, prot: 2 }', '{{ index $.Values.web "port" }}', ['web.prot']],
    ['a: 1\nb: 1', '{{ if hasKey .Values "a" }}{{ $_ := set .Values "c" 1 }}{{ end }}', ['b']],
    ['# All .Values\na: 1', '', ['a']],
    ['größe: 1\nhöhe: 1', '{{ .Values.größe }}', ['["höhe"]']],
  ])('%j is not read by %s', async (values, text, expected) => {
    expect(await inTemplate(values, text)).toEqual(expected);
  });

  it.each([
    ['a: { b: 1, c: { d: 2 } }', '{{ toYaml .Values.a | nindent 2 }}'],
    ['a: { b: 1 }', '{{ with .Values.a }}{{ .b }}{{ end }}'],
    ['a: { b: 1 }', '{{ range $key, $value := .Values.a }}{{ $key }}{{ end }}'],
    ['a: { b: 1 }', '{{ $a := .Values.a }}{{ $a.b }}'],
    ['a: { b: 1 }', '{{ (.Values.a).b }}'],
    ['a: { b: 1 }', '{{ include "x" (dict "root" $ "a" .Values.a) }}'],
    ['a: { b: 1, c: 2 }', '{{ pick .Values.a "b" }}'],
    ['a: { b: 1 }', '{{ dig "b" "" .Values.a }}'],
    ['a: { b: 1 }', '{{ index .Values.a .name }}'],
    ['a: { b: 1 }', '{{ index .Values "a" $name }}'],
    ['a: 1', '{{ .root.Values.a }}'],
    ['a: 1', '{{ tpl "{{ .Values.a }}" . }}'],
    ['a: { b: 1 }', '{{ .Values.a.AsMap }}'],
    ['a: "{{ .Values.b }}"\nb: 1', '{{ tpl .Values.a . }}'],
    ['a: 1 # {{ .Values.a }} in values', ''],
    ['enabled: true', ''],
    ['global: { a: 1 }\nexports: { b: 1 }\nx-common: 1\n_b: 1', ''],
  ])('%j is read by %s', async (values, text) => {
    expect(await inTemplate(values, text)).toEqual([]);
  });

  it.each([
    ['{{ toYaml .Values }}'],
    ['{{ include "x" .Values }}'],
    ['{{ index .Values $name }}'],
    ['{{ $values := .Values }}{{ $values.a }}'],
    ['{{ range $key, $value := $.Values }}{{ end }}'],
    ['{{ with .Values }}{{ .a }}{{ end }}'],
    ['{{ get . "Values" }}'],
    ['{{ index $ "Values" "a" }}'],
    ['{{ .Values.AsMap }}'],
    ['{{ .Values.Table "a" }}'],
    ['{{ printf "{{ .Values.%s }}" .name }}'],
    ['{{ toYaml $ }}'],
    ['{{ $ | toJson }}'],
    ['{{ tpl (.Files.Get "config.yaml") . }}'],
  ])('may be read by %s', async (text) => {
    expect(await inTemplate('a: 1', text)).toBeUndefined();
  });
});

describe('the values of a chart with dependencies', () => {
  const meta = (rest = ''): string =>
    `${META}dependencies:\n  - { name: lib, version: 1.0.0, alias: tools, condition: "more.tools, extra" ${rest} }\n`;
  const VALUES = 'tools: { a: 1 }\nmore: { tools: true, other: 1 }\nextra: true\ntags: { a: true }\nb: 1';

  it('are read by Helm under the names and in the conditions', async () => {
    const found = await unread(VALUES, {
      'Chart.yaml': meta(),
      'charts/lib/Chart.yaml': 'name: lib\nversion: 1.0.0\n',
    });
    expect(found).toEqual(['more.other', 'b']);
  });

  it('are read by the templates of a library', async () => {
    const found = await unread('b: 1\nc: 1', {
      'Chart.yaml': meta(),
      'charts/lib/Chart.yaml': 'name: lib\nversion: 1.0.0\ntype: library\n',
      'charts/lib/templates/_a.tpl': '{{ define "lib.a" }}{{ .Values.b }}{{ end }}',
      'templates/a.yaml': '{{ include "lib.a" . }}',
    });
    expect(found).toEqual(['c']);
  });

  it.each([
    ['one of its own', '{{ define "web.a" }}{{ end }}{{ include "web.a" . }}', ['c']],
    ['one of its files', '{{ include (print $.Template.BasePath "/b.yaml") . }}', ['c']],
    ['one that is not known', '{{ include "lib.a" . }}', undefined],
    ['one whose name is computed', '{{ template "web.a" }}{{ include (print "lib" ".a") . }}', undefined],
  ])('whose dependency is not there may be read if a template includes %s', async (_, text, expected) => {
    expect(await unread('c: 1', { 'Chart.yaml': meta(), 'templates/a.yaml': text })).toEqual(expected);
  });

  it('that is a library itself are not known', async () => {
    expect(await unread('c: 1', { 'Chart.yaml': `${META}type: library\n` })).toBeUndefined();
  });

  it('of version 1 are not known: its dependencies are in requirements.yaml', async () => {
    expect(await unread('c: 1', { 'Chart.yaml': META.replace('v2', 'v1') })).toBeUndefined();
  });
});
