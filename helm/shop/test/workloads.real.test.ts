import { beforeAll, describe, expect, it } from '@jest/globals';
import { container, environment, type Manifest, render } from './helm.ts';

const COMPONENTS = ['web', 'api'] as const;
let defaults: Map<string, Manifest>;
const deployment = (name: string): Manifest => defaults.get(`Deployment/shop-${name}`).spec;
const pod = (name: string): Manifest => deployment(name).template.spec;

beforeAll(async () => {
  defaults = await render();
});

describe.each(COMPONENTS)('the pods of %s', (name) => {
  it('have three different probes', () => {
    const { startupProbe, readinessProbe, livenessProbe } = container(defaults, `shop-${name}`);
    expect(readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'http' });
    expect(livenessProbe.httpGet).toEqual({ path: '/livez', port: 'http' });
    const texts = [startupProbe, readinessProbe, livenessProbe].map((probe) => JSON.stringify(probe));
    expect(new Set(texts).size).toBe(3);
  });

  it('get a minute to start before liveness counts', () => {
    const { startupProbe } = container(defaults, `shop-${name}`);
    expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBeGreaterThanOrEqual(60);
  });

  it('get no more traffic before they stop, even if the process is stopped from inside', () => {
    const { readinessProbe } = container(defaults, `shop-${name}`);
    const noticed = readinessProbe.periodSeconds * readinessProbe.failureThreshold;
    expect(noticed).toBeLessThan(Number(environment(defaults, `shop-${name}`).DRAIN_SECONDS));
  });

  it('have requests and limits for CPU and memory', () => {
    const { requests, limits } = container(defaults, `shop-${name}`).resources;
    expect(Object.keys(requests)).toEqual(['cpu', 'memory']);
    expect(Object.keys(limits)).toEqual(['cpu', 'memory']);
  });

  it('have no permissions that they do not need', () => {
    expect(pod(name)).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      serviceAccountName: `shop-${name}`,
      securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(container(defaults, `shop-${name}`).securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(defaults.get(`ServiceAccount/shop-${name}`).automountServiceAccountToken).toBe(false);
  });

  it('can write only to a small /tmp', () => {
    expect(container(defaults, `shop-${name}`).volumeMounts).toEqual([{ name: 'tmp', mountPath: '/tmp' }]);
    expect(pod(name).volumes).toEqual([{ name: 'tmp', emptyDir: { sizeLimit: '16Mi' } }]);
  });

  it('are spread over zones and nodes, each version separately', () => {
    const { matchLabels } = deployment(name).selector;
    expect(pod(name).topologySpreadConstraints).toEqual(
      ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
        topologyKey,
        maxSkew: 1,
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels },
        matchLabelKeys: ['pod-template-hash'],
      })),
    );
  });

  it('are replaced without ever getting fewer', () => {
    expect(deployment(name)).toMatchObject({
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
      minReadySeconds: 5,
      progressDeadlineSeconds: 300,
      revisionHistoryLimit: 5,
    });
  });

  it.each([
    [{}, 10, 5, 40],
    [{ preStopSeconds: 70 }, 70, 5, 100],
    [{ preStopSeconds: 0, drainSeconds: 30, finishSeconds: 60 }, undefined, 30, 95],
  ])('with %j have time to shut down', async (shutdown, preStop, drain, grace) => {
    const set = Object.entries(shutdown).map(([key, value]) => `${name}.shutdown.${key}=${value}`);
    const objects = await render({ set });
    const spec = objects.get(`Deployment/shop-${name}`).spec.template.spec;
    expect(spec.terminationGracePeriodSeconds).toBe(grace);
    expect(spec.containers[0].lifecycle?.preStop.sleep.seconds).toBe(preStop);
    expect(environment(objects, `shop-${name}`).DRAIN_SECONDS).toBe(String(drain));
  });

  it('belong only to their own Service, budget and policy', () => {
    const { matchLabels } = deployment(name).selector;
    expect(matchLabels['app.kubernetes.io/component']).toBe(name);
    expect(deployment(name).template.metadata.labels).toEqual(matchLabels);
    expect(defaults.get(`Service/shop-${name}`).spec.selector).toEqual(matchLabels);
    expect(defaults.get(`PodDisruptionBudget/shop-${name}`).spec.selector.matchLabels).toEqual(matchLabels);
    expect(defaults.get(`NetworkPolicy/shop-${name}`).spec.podSelector.matchLabels).toEqual(matchLabels);
  });

  it('do not block a node drain if they are broken', () => {
    const { spec } = defaults.get(`PodDisruptionBudget/shop-${name}`);
    expect(spec.unhealthyPodEvictionPolicy).toBe('AlwaysAllow');
    expect(spec.minAvailable).toBeUndefined();
  });

  it('keep their labels if only the chart or the version changes, so that nothing restarts', () => {
    const labels = Object.keys(deployment(name).template.metadata.labels);
    expect(labels).not.toContain('helm.sh/chart');
    expect(labels).not.toContain('app.kubernetes.io/version');
  });

  it('run the image by digest if there is one, and report the tag as their version', async () => {
    const objects = await render({ values: ['ci/digest-values.yaml'] });
    const { image } = container(objects, `shop-${name}`);
    expect(image).toMatch(new RegExp(`/shop/${name}:1\\.0\\.0@sha256:0{63}[12]$`));
    expect(environment(objects, `shop-${name}`).APP_VERSION).toBe('1.0.0');
  });

  it('run the image from a repository that includes its registry', async () => {
    const set = [`${name}.image.registry=`, `${name}.image.repository=ghcr.io/team/${name}`, `${name}.image.tag=2.0.0`];
    const { image } = container(await render({ set }), `shop-${name}`);
    expect(image.split('@')[0]).toBe(`ghcr.io/team/${name}:2.0.0`);
  });
});

describe('the environment of the pods', () => {
  it('points web to the api of the same release', async () => {
    const objects = await render({ release: 'blue', set: ['api.service.port=8000'] });
    expect(environment(objects, 'blue-shop-web').API_URL).toBe('http://blue-shop-api:8000');
  });

  it('points web elsewhere if the values say so', async () => {
    const objects = await render({ set: ['web.apiUrl=https://api.example.com'] });
    expect(environment(objects, 'shop-web').API_URL).toBe('https://api.example.com');
  });

  it('has the variables in the values, as strings, and each name once', async () => {
    const objects = await render({ values: ['ci/exposed-values.yaml'] });
    const names = container(objects, 'shop-web').env.map(({ name }: Manifest) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(environment(objects, 'shop-web')).toMatchObject({ LOG_LEVEL: 'debug', API_TIMEOUT_MS: '500' });
  });

  it('gives api a writable directory', () => {
    expect(environment(defaults, 'shop-api').DATA_DIR).toBe('/tmp');
  });
});
