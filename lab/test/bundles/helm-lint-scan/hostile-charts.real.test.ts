import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { packTar } from 'modern-tar';
import { CHART, DEPENDENCY, MAP, OTHER, STEP_TIMEOUT_MS, scan } from './hostile-scene.ts';
import { path, tgz, useScene, workspace, write } from './scene.ts';

useScene();

/** Packs one file with a negative size in its header and a correct checksum. */
async function packNegativeSize(): Promise<Uint8Array> {
  const tar = Buffer.from(await packTar([{ header: { name: 'dep/Chart.yaml', size: 0 }, body: '' }]));
  tar.write('-0000002000\0', 124);
  tar.fill(' ', 148, 156);
  const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return gzipSync(tar);
}

describe('a packed dependency', () => {
  it.each<[string, () => Promise<Uint8Array>, string]>([
    ['with a negative size', packNegativeSize, 'invalid tar number'],
    ['that is not an archive', async () => Buffer.from('no archive'), 'incorrect header check'],
    ['with a path out of it', () => tgz({ 'dep/../../x': '' }), 'it has a path that leads out of it'],
    [
      'that unpacks to more than Helm accepts',
      () => tgz({ 'dep/x': new Uint8Array(101 * 1024 * 1024) }),
      'it unpacks to more than 100 MiB',
    ],
  ])(
    '%s is a finding at the archive, and hides nothing of other charts',
    async (_, archive, reason) => {
      write({ ...CHART, ...OTHER, 'helm/web/charts/dep-1.0.0.tgz': await archive() });
      const { exitCode, findings, summary } = await scan();
      expect(exitCode).toBe(1);
      const file = 'helm/web/charts/dep-1.0.0.tgz';
      expect(findings).toContain(`error   ${file}:1 [dependency-unreadable] ${file} cannot be read: ${reason}.`);
      expect(findings.join('\n')).toContain('helm/other/templates/pod.yaml:4 [privileged]');
      expect(findings.join('\n')).not.toContain('helm-render');
      expect(summary).toContain('helm/web');
      // Helm itself rejects all of them.
      expect(() =>
        execFileSync('helm', ['template', join(workspace, 'helm/web')], { env: { PATH: path }, stdio: 'pipe' }),
      ).toThrow('Command failed');
    },
    STEP_TIMEOUT_MS,
  );

  it(
    'forty of 95 MB each are not unpacked concurrently',
    async () => {
      const bomb = await tgz({ 'dep/Chart.yaml': DEPENDENCY, 'dep/big': new Uint8Array(95_000_000) });
      write(CHART);
      for (let index = 0; index < 40; index++) write({ [`helm/web/charts/dep${index}-1.0.0.tgz`]: bomb });
      const { exitCode, findings, peak } = await scan();
      expect(exitCode).toBe(1);
      const unread = findings.filter((line) => line.includes('[dependency-unreadable]'));
      expect(unread).toHaveLength(1);
      expect(unread[0]).toContain('the packed dependencies of the chart unpack to more than 256 MiB');
      expect(peak).toBeGreaterThan(30);
      expect(peak).toBeLessThan(300);
    },
    3 * STEP_TIMEOUT_MS,
  );

  it(
    'that is valid is unpacked',
    async () => {
      const inner = await tgz({
        'in/Chart.yaml': DEPENDENCY.replace('dep', 'in'),
        'in/templates/a.yaml': 'kind: List\n',
      });
      const packed = await tgz({
        'dep/Chart.yaml': DEPENDENCY,
        'dep/values.yaml': 'image: { repository: a.b/c, tag: "1" }\n',
        'dep/templates/map.yaml': MAP.replace('name: a', 'name: {{ .Values.image.tag }}x'),
        'dep/charts/in-1.0.0.tgz': inner,
      });
      write({ ...CHART, 'helm/web/charts/dep-1.0.0.tgz': packed });
      const images = JSON.stringify([{ repository: 'a.b/c', digest: `sha256:${'a'.repeat(64)}`, tags: ['2'] }]);
      const { findings, log } = await scan({ 'set-images': images });
      expect(log).toContain('set dep.image to a.b/c@sha256:');
      expect(findings.filter((line) => /dependency|helm-render/.test(line))).toEqual([]);
    },
    STEP_TIMEOUT_MS,
  );
});

describe('a CustomResourceDefinition', () => {
  const crd = (spec: string) => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: things.acme.example }
spec:
  group: acme.example
  scope: Namespaced
  names: { kind: Thing, plural: things, singular: thing }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              ${spec}
`;
  const thing = (spec: string) => `apiVersion: acme.example/v1\nkind: Thing\nmetadata: { name: t }\nspec: ${spec}\n`;

  it.each([
    ['enum: x', 'enum must be a list'],
    ['enum: []', 'enum must not be empty'],
    ['required: 5', 'required must be a list of strings'],
    ['minLength: "abc"', 'minLength must be a whole number'],
    ['uniqueItems: 1', 'uniqueItems must be true or false'],
    ['exclusiveMinimum: true', 'exclusiveMinimum requires minimum'],
    ['pattern: "(?=x)"', 'pattern is rejected by Kubernetes: invalid or unsupported Perl syntax: `(?=`'],
  ])(
    'with %s is a finding on its line, in every file, and hides no other finding',
    async (keyword, message) => {
      write({
        ...CHART,
        ...OTHER,
        'crds/crd.yaml': crd(keyword),
        'm/t.yaml': thing('{ a: x }'),
        'm/crd.yaml': crd(keyword),
      });
      write({ 'helm/web/crds/crd.yaml': crd(keyword), 'helm/other/templates/crd.yaml': crd(keyword) });
      const { exitCode, findings } = await scan({ crds: 'crds/*', manifests: 'm/*' });
      expect(exitCode).toBe(1);
      const reported = findings.filter((line) => line.includes('[definition-unusable]'));
      for (const file of [
        'crds/crd.yaml:18',
        'm/crd.yaml:18',
        'helm/web/crds/crd.yaml:18',
        'helm/other/templates/crd.yaml:18',
      ])
        expect(reported.find((line) => line.includes(` ${file} `))).toContain(`its schema is invalid: ${message} (`);
      expect(findings.join('\n')).toContain('helm/other/templates/pod.yaml:4 [privileged]');
      expect(findings.join('\n')).toContain('m/t.yaml:1 [schema-missing]');
    },
    STEP_TIMEOUT_MS,
  );

  it(
    'with a pattern on which a backtracking engine would hang is applied',
    async () => {
      write({
        'm/crd.yaml': crd("properties: { host: { type: string, pattern: '^(([a-z0-9]+)[.-]?)*$' } }"),
        'm/t.yaml': thing(`{ host: "${'a'.repeat(10_000)}!" }`),
      });
      const { findings } = await scan({ manifests: 'm/*' });
      expect(findings.join('\n')).toContain('m/t.yaml:4 [schema] Thing/t: spec.host must match pattern');
    },
    STEP_TIMEOUT_MS,
  );
});
