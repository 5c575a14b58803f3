import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { ensureTools, toolPath } from '../../../tools/index.ts';
import { runStep } from '../step.ts';

const CHART = 'apiVersion: v2\nname: shop\nversion: 1.0.0\n';

let dir = '';
beforeAll(() => ensureTools(['helm']), 600_000);
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'bump-values-')));
});
afterEach(() => rmSync(dir, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries({ 'chart/Chart.yaml': CHART, ...files })) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}

const read = (path: string): string => readFileSync(join(dir, path), 'utf8');

/** Runs the step in mode `worktree`. */
const step = (inputs: Record<string, string>) =>
  runStep({
    action: 'bump-chart-version',
    dir,
    inputs: { mode: 'worktree', charts: 'chart', version: 'none', ...inputs },
    env: { GITHUB_WORKSPACE: dir },
  });

const render = async (...args: string[]): Promise<string> =>
  (await execa(toolPath('helm'), ['template', join(dir, 'chart'), ...args])).stdout;

describe('what Helm renders', () => {
  it('is what was written: every new value as it was given', async () => {
    const texts = ['2345678', '20260101', '1000000', '999999', '-1000000', '12345e10', '1.10', '0123', '0.00001', 'on'];
    const names = texts.map((_, index) => `v${index}`);
    write({
      'chart/values.yaml': 'new: {}\nold:\n'.concat(names.map((name) => `  ${name}: 5\n`).join('')),
      'chart/templates/x.yaml': names
        .map((name) => `${name}: "{{ .Values.new.${name} }} {{ .Values.old.${name} }}"\n`)
        .join(''),
    });
    const values = texts.flatMap((text, index) => [`new.v${index}=${text}`, `old.v${index}=${text}`]).join('\n');
    expect(await step({ create: 'true', values })).toMatchObject({ exitCode: 0 });
    expect(await render()).toContain(texts.map((text, index) => `v${index}: "${text} ${text}"`).join('\n'));
    expect(read('chart/values.yaml')).toContain('v3: 999999');
  });

  it('is what was written into the YAML of a block scalar', async () => {
    write({
      'chart/values.yaml': 'first: |\r\n  image:\r\n    tag: v1 # of web\r\n  replicas: 5\r\nlast: |2-\r\n   image: {}',
      'chart/templates/x.yaml':
        'a: "{{ (fromYaml .Values.first).image.tag }} {{ (fromYaml .Values.first).image.digest }}"\nb: "{{ (fromYaml .Values.last).image.tag }}"\n',
    });
    const values = 'first|image.tag=2345678\nfirst|image.digest=sha256:abc\nfirst|replicas=6\nlast|image.tag=1.10';
    expect(await step({ create: 'true', values })).toMatchObject({ exitCode: 0 });
    expect(await render()).toContain('a: "2345678 sha256:abc"\nb: "1.10"');
    expect(read('chart/values.yaml')).toBe(
      'first: |\r\n  image:\r\n    tag: "2345678" # of web\r\n    digest: sha256:abc\r\n  replicas: 6\r\nlast: |2-\r\n   image: {tag: "1.10"}',
    );
  });

  it('is the new value beside a duplicate key, of which Helm uses the last', async () => {
    write({
      'chart/values.yaml': 'image: {tag: v1}\nlimits: {cpu: 1}\nlimits: {cpu: 2}\n',
      'chart/templates/x.yaml': 'a: "{{ .Values.image.tag }} {{ .Values.limits.cpu }}"\n',
    });
    const result = await step({ values: 'image.tag=v2' });
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result.log).toContain('duplicate key "limits", which is also on line 2; Helm uses the last one');
    expect(await render()).toContain('a: "v2 2"');
  });
});

describe('files of several formats', () => {
  it('are changed in one step', async () => {
    write({
      'chart/values.yaml': 'tag: v1\n',
      'chart/README.md': '![1.0.0](https://img.shields.io/badge/v1.0.0-blue) <!-- x-version -->\n',
      'package.json': '{\n  "version": null\n}\n',
      'pyproject.toml': '[project]\nversion = "1.0.0" # ours\n',
      'apps.yaml': 'kind: A\nmetadata: {name: x}\nv: 1.0.0\n---\nkind: A\nmetadata: {name: y}\nv: 1.0.0\n',
    });
    const values = [
      '# everything that names the version',
      'tag=v1.4.2',
      'README.md:x-version=1.4.2',
      'package.json:version=1.4.2',
      'pyproject.toml:project.version=1.4.2',
      'apps.yaml#A/y:v=1.4.2',
    ].join('\n');
    const result = await step({ values });
    expect(result).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(result.outputs.files ?? '')).toEqual([
      'chart/values.yaml',
      'package.json',
      'apps.yaml',
      'chart/README.md',
      'pyproject.toml',
    ]);
    expect(read('chart/README.md')).toBe('![1.4.2](https://img.shields.io/badge/v1.4.2-blue) <!-- x-version -->\n');
    expect(read('package.json')).toBe('{\n  "version": "1.4.2"\n}\n');
    expect(read('pyproject.toml')).toBe('[project]\nversion = "1.4.2" # ours\n');
    expect(read('apps.yaml')).toMatch(/v: 1\.0\.0\n---\n.*\n.*\nv: 1\.4\.2\n$/);
    expect(await step({ values })).toMatchObject({ exitCode: 0, outputs: { changed: 'false' } });
  });
});
