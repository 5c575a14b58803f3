import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { container, HelmError, helm, type Manifest, render } from './helm.ts';

const CHART = join(import.meta.dirname, '..');
const DIGEST = `sha256:${'a'.repeat(64)}`;
let values: Manifest;
let schema: Manifest;
let validate: ValidateFunction;

beforeAll(async () => {
  values = parse(await readFile(join(CHART, 'values.yaml'), 'utf8'));
  schema = JSON.parse(await readFile(join(CHART, 'values.schema.json'), 'utf8'));
  validate = new Ajv({ allErrors: true, strict: false }).compile(schema);
});

const isMap = (value: unknown): value is Record<string, Manifest> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every map in the values, by its path; including those in lists. */
function* maps(value: unknown, path: string[] = []): Generator<string[]> {
  if (isMap(value)) yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) yield* maps(child, [...path, key]);
}

const at = (root: Manifest, path: readonly string[]): Manifest => path.reduce((value, key) => value[key], root);

describe('the schema', () => {
  it('accepts the defaults', () => {
    expect(validate(values) ? [] : validate.errors).toEqual([]);
  });

  it('rejects a misspelt key at every depth, except in maps with arbitrary keys', () => {
    const open = [...maps(values)].filter((path) => {
      const changed = structuredClone(values);
      at(changed, path).mistpyed = 1;
      return validate(changed);
    });
    expect(open).toEqual([['global']]);
  });

  it('closes every object that it describes, including those that the defaults do not use', () => {
    const openObjects: string[] = [];
    for (const path of maps(schema)) {
      const node = at(schema, path);
      if (node.type === 'object' && (node.additionalProperties ?? true) === true) openObjects.push(path.join('/'));
    }
    expect(openObjects).toEqual(['properties/global']);
  });

  it.each([
    ['a key at the root', 'wbe.replicas=1', "additional properties 'wbe' not allowed"],
    ['a key four levels down', 'web.readinessProbe.httpGet.pth=/x', "additional properties 'pth' not allowed"],
    ['a number in words', 'web.autoscaling.minReplicas=six', '/web/autoscaling/minReplicas'],
    ['a short digest', 'web.image.digest=sha256:abc', '/web/image/digest'],
    ['a tag with a space', 'web.image.tag=a b', '/web/image/tag'],
    ['a registry with a scheme', 'web.image.registry=https://registry.example.com', '/web/image/registry'],
    ['a memory in gallons', 'api.resources.limits.memory=5gal', '/api/resources/limits/memory'],
    ['a rollout that can go neither up nor down', 'web.rollout.maxSurge=0', '/web/rollout'],
    ['a budget that blocks every drain', 'web.podDisruptionBudget.maxUnavailable=0', '/web/podDisruptionBudget'],
    ['a pod without a readiness probe', 'web.readinessProbe=null', "missing property 'readinessProbe'"],
    ['two probes in one', 'web.livenessProbe.tcpSocket.port=80', '/web/livenessProbe'],
    ['a liveness probe that must succeed twice', 'web.livenessProbe.successThreshold=2', '/web/livenessProbe'],
    ['a variable that the chart sets itself', 'web.env.DRAIN_SECONDS=x', "invalid propertyName 'DRAIN_SECONDS'"],
    ['a variable that is not a string', 'web.env.A=1', '/web/env/A'],
    [
      'a label that the selector needs',
      'web.podLabels.app\\.kubernetes\\.io/name=x',
      "propertyName 'app.kubernetes.io/name'",
    ],
  ])('makes helm reject %s, and name the place', async (_, line, message) => {
    const refused = render({ set: [line] });
    await expect(refused).rejects.toThrow(HelmError);
    await expect(refused).rejects.toThrow(message);
  });
});

describe('the values', () => {
  it('change every probe without changing a template', async () => {
    const objects = await render({
      set: [
        'web.startupProbe.failureThreshold=90',
        'web.readinessProbe.httpGet.path=/ready',
        'web.readinessProbe.periodSeconds=1',
        'web.livenessProbe.httpGet=null',
        'web.livenessProbe.tcpSocket.port=http',
      ],
    });
    const { startupProbe, readinessProbe, livenessProbe } = container(objects, 'shop-web');
    expect(startupProbe.failureThreshold).toBe(90);
    expect(readinessProbe).toMatchObject({ httpGet: { path: '/ready', port: 'http' }, periodSeconds: 1 });
    expect(livenessProbe.tcpSocket).toEqual({ port: 'http' });
    expect(livenessProbe.httpGet).toBeUndefined();
    expect(container(objects, 'shop-api').readinessProbe.httpGet.path).toBe('/readyz');
  });

  it('change the resources without changing a template', async () => {
    const objects = await render({ set: ['api.resources.limits.memory=1Gi', 'api.resources.requests.cpu=2'] });
    expect(container(objects, 'shop-api').resources).toMatchObject({ limits: { memory: '1Gi' }, requests: { cpu: 2 } });
  });

  it('name each image with mappings that a release can find and set', () => {
    for (const name of ['web', 'api']) {
      expect(values[name].image).toMatchObject({
        registry: expect.any(String),
        repository: `shop/${name}`,
        tag: expect.any(String),
        digest: expect.any(String),
      });
    }
  });

  it('do not change the pods if only the other component is released', async () => {
    const image = ['api.image.tag=1.0.0', `api.image.digest=${DIGEST}`, 'web.image.tag=1.0.0'];
    const before = await render({ set: image });
    const after = await render({ set: [...image, 'api.image.tag=1.0.1'] });
    expect(after.get('Deployment/shop-web').spec.template).toEqual(before.get('Deployment/shop-web').spec.template);
    expect(after.get('Deployment/shop-api').spec.template).not.toEqual(before.get('Deployment/shop-api').spec.template);
  });
});

describe('the chart', () => {
  it('renders every case in ci/, for the oldest and for a recent Kubernetes', async () => {
    const cases = (await readdir(join(CHART, 'ci'))).map((file) => `ci/${file}`);
    expect(cases.filter((file) => !file.endsWith('-values.yaml'))).toEqual([]);
    expect(cases.length).toBeGreaterThanOrEqual(4);
    for (const kubeVersion of ['1.30.0', '1.37.0']) {
      for (const file of cases) {
        const objects = await render({ values: [file], kubeVersion });
        expect([file, objects.has('Deployment/shop-web'), objects.has('Deployment/shop-api')]).toEqual([
          file,
          true,
          true,
        ]);
      }
    }
  });

  it('rejects a Kubernetes version that it does not support', async () => {
    await expect(render({ kubeVersion: '1.29.9' })).rejects.toThrow('requires kubeVersion: >=1.30.0-0');
  });

  it('accepts the version suffixes of cloud providers', async () => {
    expect((await render({ kubeVersion: 'v1.34.2-gke.100' })).has('Deployment/shop-web')).toBe(true);
  });

  it('passes helm lint', async () => {
    await expect(helm('lint', CHART, '--strict', '--kube-version', '1.34.0')).resolves.toContain('0 chart(s) failed');
  });

  it('creates everything in the release’s namespace, with its name as the prefix', async () => {
    const objects = await render({ release: 'blue' });
    for (const object of objects.values()) {
      expect(object.metadata.namespace).toBe('store');
      expect(object.metadata.name).toMatch(/^blue-shop-(web|api)$/);
    }
  });

  it('keeps names within Kubernetes’ limits, however long the release name is', async () => {
    const objects = await render({ release: 'r'.repeat(53) });
    for (const object of objects.values()) expect(object.metadata.name.length).toBeLessThanOrEqual(63);
    expect(objects.size).toBe((await render()).size);
  });
});
