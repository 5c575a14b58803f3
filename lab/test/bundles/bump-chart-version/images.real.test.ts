import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { parse, stringify } from 'yaml';
import { ensureTools, toolPath } from '../../../tools/index.ts';
import { runStep, type StepResult } from '../step.ts';

const OLD = `sha256:${'b'.repeat(64)}`;
// Hex digits that a reader of YAML would take for a number.
const NEW = `sha256:${'1234567e'.padEnd(64, '0')}`;
const hex = (digest: string): string => digest.slice('sha256:'.length);

let workspace: string;
let dir: string;

beforeAll(() => ensureTools(['helm', 'kubectl']), 600_000);
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'bump-images-')));
  workspace = join(dir, 'workspace');
});
afterEach(() => rmSync(dir, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    writeFileSync(join(workspace, path), text);
  }
}

/** Sets the image ghcr.io/acme/web in the checkout. */
function bump(inputs: Record<string, string>, tag = '1.4.2'): Promise<StepResult> {
  const images = JSON.stringify([{ name: 'acme/web', repository: 'ghcr.io/acme/web', digest: NEW, tags: [tag] }]);
  return runStep({
    action: 'bump-chart-version',
    dir,
    inputs: { mode: 'worktree', version: 'none', images, ...inputs },
    env: { GITHUB_WORKSPACE: workspace, GITHUB_REPOSITORY: 'acme/shop' },
  });
}

/** The images of the pods that a chart renders. */
async function rendered(...args: string[]): Promise<string[]> {
  const { stdout } = await execa(toolPath('helm'), ['template', join(workspace, 'chart'), ...args]);
  return [...stdout.matchAll(/image: "?([^"\n]*)/g)].map((match) => match[1] ?? '');
}

const chartWith = (values: string, ...images: string[]): Record<string, string> => ({
  'chart/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
  'chart/values.yaml': values,
  'chart/templates/pod.yaml': `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n${images.map((image, index) => `    - name: c${index}\n      image: "${image}"\n`).join('')}`,
});

describe('a chart runs the new image, by its digest, where', () => {
  it.each([
    [
      'digest',
      `image: {repository: ghcr.io/acme/web, tag: 1.4.1, digest: "${OLD}"}`,
      '{{ .repository }}:{{ .tag }}@{{ .digest }}',
    ],
    [
      'an empty digest',
      'image:\n  repository: ghcr.io/acme/web\n  tag: 1.4.1\n  digest:\n',
      '{{ .repository }}:{{ .tag }}{{ with .digest }}@{{ . }}{{ end }}',
    ],
    [
      'sha',
      `image: {registry: ghcr.io, repository: acme/web, tag: 1.4.1, sha: ${hex(OLD)}}`,
      '{{ .registry }}/{{ .repository }}:{{ .tag }}{{ with .sha }}@sha256:{{ . }}{{ end }}',
    ],
    [
      'an empty sha',
      'image: {registry: ghcr.io, repository: acme/web, tag: 1.4.1, sha: }',
      '{{ .registry }}/{{ .repository }}:{{ .tag }}{{ with .sha }}@sha256:{{ . }}{{ end }}',
    ],
    [
      'a digest in the tag',
      `image: {repository: ghcr.io/acme/web, tag: "1.4.1@${OLD}"}`,
      '{{ .repository }}:{{ .tag }}',
    ],
    [
      'image and tag',
      `image: {registry: ghcr.io, image: acme/web, tag: 1.4.1, digest: "${OLD}"}`,
      '{{ .registry }}/{{ .image }}:{{ .tag }}@{{ .digest }}',
    ],
    ['version', `image: {repository: ghcr.io/acme/web, version: "1.4.1@${OLD}"}`, '{{ .repository }}:{{ .version }}'],
    ['one string', `image: {ref: "ghcr.io/acme/web:1.4.1@${OLD}"}`, '{{ .ref }}'],
    [
      'a global registry',
      `global: {imageRegistry: ghcr.io}\nimage: {repository: acme/web, tag: 1.4.1, digest: ""}`,
      '{{ $.Values.global.imageRegistry }}/{{ .repository }}:{{ .tag }}@{{ .digest }}',
    ],
  ])('the values have %s', async (_, values, image) => {
    write(chartWith(`${values}\n`, `{{ with .Values.image }}${image}{{ end }}`));
    expect(await bump({ charts: 'chart' })).toMatchObject({ exitCode: 0 });
    expect(await rendered()).toEqual([`ghcr.io/acme/web:1.4.2@${NEW}`]);
  });

  it('two places name it', async () => {
    const values = `migrate: {image: "ghcr.io/acme/web:1.4.1@${OLD}"}\nweb: {image: ghcr.io/acme/web, tag: 1.4.1}\n`;
    write(chartWith(values, '{{ .Values.migrate.image }}', '{{ .Values.web.image }}:{{ .Values.web.tag }}'));
    const result = await bump({ charts: 'chart' });
    expect(result.log).toContain('chart/values.yaml:2: web (ghcr.io/acme/web) has no digest');
    expect(await rendered()).toEqual([`ghcr.io/acme/web:1.4.2@${NEW}`, 'ghcr.io/acme/web:1.4.2']);
  });

  it('the tag is a whole number', async () => {
    write(
      chartWith(
        'image: {repository: ghcr.io/acme/web, tag: 1234567}\n',
        '{{ .Values.image.repository }}:{{ .Values.image.tag }}',
      ),
    );
    await bump({ charts: 'chart' }, '20260101');
    expect(await rendered()).toEqual(['ghcr.io/acme/web:20260101']);
  });

  it('an Application passes parameters', async () => {
    write({
      ...chartWith('image: {}\n', '{{ with .Values.image }}{{ .repository }}:{{ .tag }}@{{ .digest }}{{ end }}'),
      'apps/web.yaml': `kind: Application\nspec:\n  source:\n    helm:\n      parameters:\n        - {name: image.repository, value: ghcr.io/acme/web}\n        - {name: image.tag, value: 1.4.1}\n        - {name: image.digest, value: "${OLD}"}\n`,
    });
    expect(await bump({ charts: 'apps', 'values-files': 'web.yaml' })).toMatchObject({ exitCode: 0 });
    const application = parse(readFileSync(join(workspace, 'apps/web.yaml'), 'utf8'));
    const parameters: { name: string; value: string }[] = application.spec.source.helm.parameters;
    expect(await rendered(...parameters.flatMap(({ name, value }) => ['--set', `${name}=${value}`]))).toEqual([
      `ghcr.io/acme/web:1.4.2@${NEW}`,
    ]);
  });

  it.each([
    ['values in a block', 'values: |\n        image:\n          tag: 1.4.1 # pinned\n'],
    ['values as an object', 'valuesObject:\n        image: {tag: 1.4.1}\n'],
  ])('an Application overrides its tag by %s', async (_, helm) => {
    const values = `image: {repository: ghcr.io/acme/web, tag: 1.4.1, digest: "${OLD}"}\n`;
    write({
      ...chartWith(values, '{{ with .Values.image }}{{ .repository }}:{{ .tag }}@{{ .digest }}{{ end }}'),
      'apps/web.yaml': `kind: Application\nspec:\n  source:\n    helm:\n      ${helm}`,
    });
    expect(await bump({ charts: 'chart', 'values-files': 'values.yaml\napps/web.yaml' })).toMatchObject({
      exitCode: 0,
    });
    const application = parse(readFileSync(join(workspace, 'apps/web.yaml'), 'utf8'));
    const { values: text, valuesObject } = application.spec.source.helm;
    write({ 'over.yaml': text ?? stringify(valuesObject) });
    expect(await rendered('--values', join(workspace, 'over.yaml'))).toEqual([`ghcr.io/acme/web:1.4.2@${NEW}`]);
  });
});

it('a kustomization without a chart runs the new image, and its manifests keep the bare name', async () => {
  const pod =
    'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: ghcr.io/acme/web}]}\n';
  write({
    'overlay/pod.yaml': pod,
    'overlay/kustomization.yaml': `resources: [pod.yaml]\nimages:\n- name: ghcr.io/acme/web\n  newTag: 1.4.1\n  digest: ${OLD} # pinned\n`,
  });
  const result = await bump({ charts: 'overlay', 'values-files': 'kustomization.yaml\npod.yaml' });
  expect(result).toMatchObject({ exitCode: 0, outputs: { changed: 'true', 'chart-version': '' } });
  expect(result.log).toContain(
    'overlay/pod.yaml:4: spec.containers[0].image (ghcr.io/acme/web) has neither tag nor digest',
  );
  expect(readFileSync(join(workspace, 'overlay/pod.yaml'), 'utf8')).toBe(pod);
  const { stdout } = await execa(toolPath('kubectl'), ['kustomize', join(workspace, 'overlay')]);
  expect(stdout).toContain(`image: ghcr.io/acme/web:1.4.2@${NEW}`);
});

it('dry-run lists what was found, by which detector, and changes nothing', async () => {
  const values = 'web: {repository: ghcr.io/acme/web, tag: 1.4.1}\napiImage: ghcr.io/acme/api:1.0.0\n';
  write(chartWith(values));
  const { log } = await bump({ charts: 'chart', 'dry-run': 'true' });
  expect(log).toContain('chart/values.yaml:1: web is ghcr.io/acme/web:1.4.1 (repository and tag): changed');
  expect(log).toContain('chart/values.yaml:2: apiImage is ghcr.io/acme/api:1.0.0 (reference): not one of the images');
  expect(readFileSync(join(workspace, 'chart/values.yaml'), 'utf8')).toBe(values);
});
