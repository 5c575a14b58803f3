import { describe, expect, it } from '@jest/globals';
import { readCase } from '../../src/cases/values-case.ts';
import { readChart } from '../../src/charts/chart.ts';
import { isVersionIndependent } from '../../src/charts/version-independence.ts';
import { readTemplates } from '../../src/locate/locate.ts';
import { files, META, useCheckout, write } from '../checkout.ts';

useCheckout();

const CHART = {
  'helm/web/Chart.yaml': META,
  'helm/web/values.yaml': 'replicas: 1\n',
  'helm/web/ci/ha.yaml': 'replicas: 2\n',
  'helm/web/templates/a.yaml': 'replicas: {{ .Values.replicas }}\n',
  'helm/web/charts/redis/Chart.yaml': 'name: redis\nversion: 1.0.0\n',
  'helm/web/charts/redis/values.yaml': 'size: 1\n',
  'helm/web/charts/redis/templates/a.yaml': 'size: {{ .Values.size }}\n',
};

async function isIndependent(changes: Record<string, string>, allowsVersions = true): Promise<boolean> {
  await write({ ...CHART, ...changes });
  const chart = await readChart(files, 'helm/web');
  const values = await readCase(files, 'helm/web', ['helm/web/ci/ha.yaml']);
  return isVersionIndependent(chart, { values, templates: await readTemplates(files, chart), allowsVersions });
}

describe('a chart is rendered once for all versions of Kubernetes', () => {
  it('if nothing in it asks for the version', async () => {
    expect(await isIndependent({})).toBe(true);
  });

  it.each([
    ['a template', { 'helm/web/templates/a.yaml': '{{ .Capabilities.KubeVersion.Version }}' }],
    ['a helper', { 'helm/web/templates/_b.tpl': '{{ define "b" }}{{ index . "Capabilities" }}{{ end }}' }],
    ['the notes', { 'helm/web/templates/NOTES.txt': '{{ .Capabilities.APIVersions }}' }],
    ['a template of a dependency', { 'helm/web/charts/redis/templates/b.yaml': '{{ $.Capabilities.HelmVersion }}' }],
    ['a value that tpl may render', { 'helm/web/values.yaml': 'text: "{{ .Capabilities.KubeVersion }}"\n' }],
    ['a value of a dependency', { 'helm/web/charts/redis/values.yaml': 'text: "{{ .Capabilities.KubeVersion }}"\n' }],
    ['a values file', { 'helm/web/ci/ha.yaml': 'text: "{{ .Capabilities.KubeVersion }}"\n' }],
    ['a value with escapes', { 'helm/web/values.yaml': 'text: "{{ .\\u0043apabilities.KubeVersion }}"\n' }],
    ['a value on two lines', { 'helm/web/ci/ha.yaml': 'text: "{{ .Capa\\\n  bilities.KubeVersion }}"\n' }],
    ['a hidden helper', { 'helm/web/templates/b/.c.tpl': '{{ define "b" }}{{ .Capabilities }}{{ end }}' }],
    ['a helper in a hidden directory', { 'helm/web/templates/b/.c/_d.tpl': '{{ .Capabilities }}' }],
    [
      'a sum of all that Helm supplies',
      { 'helm/web/templates/a.yaml': '{{ if true }}{{ toJson . | sha256sum }}{{ end }}' },
    ],
    ['a sum of the root', { 'helm/web/templates/a.yaml': '{{ with .Values }}{{ $ | toYaml | sha256sum }}{{ end }}' }],
    ['a loop over all that Helm supplies', { 'helm/web/templates/a.yaml': '{{ range $key, $value := . }}{{ end }}' }],
    ['a file that a template reads', { 'helm/web/templates/a.yaml': '{{ tpl (.Files.Get "a") . }}' }],
  ])('not if %s may ask for it', async (_, changes) => {
    expect(await isIndependent(changes)).toBe(false);
  });

  it.each([
    '{{ with .Values.a }}{{ toYaml . | nindent 2 }}{{ end }}',
    '{{ range .Values.a }}{{ if . }}{{ . | quote }}{{ end }}{{ end }}',
    '{{ include "b" . | toYaml }}{{ toYaml $.Values.a }}{{ tpl (toYaml .Values.a) $ }}',
  ])('also if it renders what only looks like all that Helm supplies: %s', async (text) => {
    expect(await isIndependent({ 'helm/web/templates/a.yaml': text })).toBe(true);
  });

  it('not if a constraint may refuse one of the versions', async () => {
    expect(await isIndependent({}, false)).toBe(false);
    const dependency = { 'helm/web/charts/redis/Chart.yaml': 'name: redis\nversion: 1.0.0\nkubeVersion: ">=1.36"\n' };
    expect(await isIndependent(dependency)).toBe(false);
  });
});
