import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { COLUMN, FAULTS, LISTS, PLACES } from './line-charts.ts';
import { lineOf, ofRule, step, useScene, workspace, write } from './scene.ts';

useScene();

interface LineChart {
  title: string;
  directory: string;
  files: Record<string, string>;
}

/** Every source of a fault in every list, in places by turns. */
function createCharts(): LineChart[] {
  const places = Object.entries(PLACES);
  const charts: LineChart[] = [];
  for (const [list, inList] of Object.entries(LISTS))
    for (const [from, fault] of Object.entries(FAULTS)) {
      const [place, inPlace] = places[
        (charts.length + Math.floor(charts.length / places.length)) % places.length
      ] as (typeof places)[number];
      charts.push({
        title: `${from}, ${list}, in ${place}`,
        directory: `helm/c${charts.length}`,
        files: inPlace(inList(fault, COLUMN)),
      });
    }
  return charts;
}

const CHARTS = createCharts();
const MARK = '§';

interface Found {
  rule: string;
  message: string;
  file: string;
  line: number;
  exactLine: boolean;
}

/** Runs the step on the charts. Returns the findings by chart. */
async function scan(change: (text: string) => string): Promise<Map<string, Found[]>> {
  rmSync(join(workspace, 'helm'), { recursive: true, force: true });
  for (const { directory, files } of CHARTS)
    for (const [name, text] of Object.entries(files)) {
      const path = join(workspace, directory, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, change(text).replaceAll(MARK, ''));
    }
  const result = await step({ 'report-file': 'report.json', 'kube-versions': '1.34', 'fail-on': 'never' });
  if (result.exitCode !== 0) throw new Error(result.log);
  const { findings } = JSON.parse(readFileSync(join(workspace, 'report.json'), 'utf8')) as { findings: Found[] };
  return Map.groupBy(findings, ({ file }) => file.split('/', 2).join('/'));
}

/** The line with the mark: `helm/c1/values.yaml:5`. */
function markedLine({ directory, files }: LineChart, change: (text: string) => string): string {
  for (const [name, text] of Object.entries(files)) {
    const line = change(text)
      .split('\n')
      .findIndex((text) => text.includes(MARK));
    if (line >= 0) return `${directory}/${name}:${line + 1}`;
  }
  throw new Error(`${directory} has no mark`);
}

/** The findings that the fault causes. */
const isPlanted = ({ rule, message }: Found): boolean => rule === 'schema' && /fault|is 5\b/.test(message);
const place = ({ file, line }: Found): string => `${file}:${line}`;

/** Adds lines before everything and before the line with the mark. */
const shift = (text: string): string => text.replace(/^.*§/m, '\n\n$&').replace(/^(?=[^{\s])/, '\n\n\n');

describe('the line of a finding', () => {
  it.each([
    ['as written', (text: string) => text],
    ['after lines that were added above it', shift],
  ])(
    'that claims to be exact is right in every chart, %s',
    async (_, change) => {
      const byChart = await scan(change);
      const wrong: string[] = [];
      const missing: string[] = [];
      let exact = 0;
      for (const chart of CHARTS) {
        const expected = markedLine(chart, change);
        const planted = (byChart.get(chart.directory) ?? []).filter(isPlanted);
        if (planted.length === 0) missing.push(chart.title);
        if (planted.every(({ exactLine }) => exactLine)) exact++;
        for (const finding of planted)
          if (finding.exactLine && place(finding) !== expected)
            wrong.push(`${chart.title}: ${finding.message} in ${place(finding)}, expected ${expected}`);
      }
      expect({ wrong, missing }).toEqual({ wrong: [], missing: [] });
      expect(exact / CHARTS.length).toBeGreaterThan(0.8);
    },
    600_000,
  );

  it('is the one that changes the finding', async () => {
    const repaired = await scan((text) =>
      text.replace(/fault: 1§/, 'runAsNonRoot: true').replace(/5( \}\}"?)?§/, '"/srv"$1'),
    );
    expect(
      [...repaired.values()]
        .flat()
        .filter(isPlanted)
        .map(({ message }) => message),
    ).toEqual([]);
  }, 600_000);
});

describe('a finding of helm lint', () => {
  const META = 'apiVersion: v2\nname: app\nversion: 1.0.0\nicon: nowhere\n';
  const TEMPLATE = 'helm/app/templates/a.yaml';

  it('about a name is on the line of that name', async () => {
    write({
      'helm/app/Chart.yaml': META,
      'helm/app/values.yaml': 'other: fine\nname: Upper\n',
      [TEMPLATE]: `apiVersion: v1
kind: ConfigMap
metadata: { name: fine }
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Values.name }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}_x
spec: { type: ExternalName, externalName: example.com }
`,
    });
    const result = await step({ 'kube-versions': '1.34' });
    const names = ofRule(result, 'helm-lint-warning').filter(({ message }) => message.includes('naming requirements'));
    expect(names.map(({ file, line }) => `${file}:${line}`).sort()).toEqual([
      `${TEMPLATE}:${lineOf(TEMPLATE, '_x')}`,
      'helm/app/values.yaml:2',
    ]);
    expect(names.filter(({ message }) => message.includes('approximate'))).toEqual([]);
  });

  it('about Chart.yaml is on the line of the key', async () => {
    write({ 'helm/app/Chart.yaml': META, 'helm/app/values.yaml': '', [TEMPLATE]: '' });
    const [found] = ofRule(await step(), 'helm-lint');
    expect(found).toMatchObject({ file: 'helm/app/Chart.yaml', line: 4 });
    expect(found?.message).not.toContain('approximate');
  });

  it('that only the linter has is a note on the action that it cannot read', async () => {
    const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ $n }} }\n';
    write({
      'helm/app/Chart.yaml': META.replace('nowhere', 'https://example.com/i.svg'),
      'helm/app/values.yaml': '',
      [TEMPLATE]: `{{- range $n := list "a" "b" }}\n---\n{{- /* trims */ -}}\n${map}{{ end }}\n`,
    });
    const result = await step({ 'kube-versions': '1.34' });
    expect(ofRule(result, 'helm-lint')).toEqual([]);
    const [found] = ofRule(result, 'helm-lint-info');
    expect(found).toMatchObject({ file: TEMPLATE, line: 3 });
    expect(found?.message).not.toContain('approximate');
    expect(result.outputs.resources).toBe('2');
  });
});
