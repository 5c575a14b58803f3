import { describe, expect, it } from '@jest/globals';
import { HelmError, render } from './helm.ts';

describe('autoscaling', () => {
  it('keeps web between 6 and 20 replicas at 80 % of its CPU request', async () => {
    const { spec } = (await render()).get('HorizontalPodAutoscaler/shop-web');
    expect(spec).toMatchObject({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop-web' },
      minReplicas: 6,
      maxReplicas: 20,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
      ],
      behavior: { scaleUp: { stabilizationWindowSeconds: 0 }, scaleDown: { stabilizationWindowSeconds: 300 } },
    });
  });

  it('leaves the number of replicas to the autoscaler', async () => {
    const objects = await render();
    expect(objects.get('Deployment/shop-web').spec).not.toHaveProperty('replicas');
    expect(objects.get('Deployment/shop-api').spec.replicas).toBe(2);
    expect(objects.has('HorizontalPodAutoscaler/shop-api')).toBe(false);
  });

  it('can be disabled for a fixed number', async () => {
    const objects = await render({ values: ['ci/no-autoscaling-values.yaml'] });
    expect(objects.get('Deployment/shop-web').spec.replicas).toBe(3);
    expect(objects.has('HorizontalPodAutoscaler/shop-web')).toBe(false);
  });

  it('can stop a component with no replicas', async () => {
    const objects = await render({ set: ['api.replicas=0'] });
    expect(objects.get('Deployment/shop-api').spec.replicas).toBe(0);
  });

  it('works for api too', async () => {
    const objects = await render({ set: ['api.autoscaling.enabled=true'] });
    expect(objects.get('Deployment/shop-api').spec).not.toHaveProperty('replicas');
    expect(objects.get('HorizontalPodAutoscaler/shop-api').spec).toMatchObject({ minReplicas: 2, maxReplicas: 6 });
  });

  it('is configured by the values', async () => {
    const objects = await render({
      set: [
        'web.autoscaling.minReplicas=3',
        'web.autoscaling.maxReplicas=9',
        'web.autoscaling.targetCPUUtilizationPercentage=60',
        'web.autoscaling.behavior.scaleDown.stabilizationWindowSeconds=30',
      ],
    });
    const { spec } = objects.get('HorizontalPodAutoscaler/shop-web');
    expect(spec).toMatchObject({ minReplicas: 3, maxReplicas: 9 });
    expect(spec.metrics[0].resource.target.averageUtilization).toBe(60);
    expect(spec.behavior.scaleDown).toMatchObject({ stabilizationWindowSeconds: 30, selectPolicy: 'Max' });
  });

  it.each([
    ['a minimum above the maximum', 'web.autoscaling.minReplicas=21', /minReplicas \(21\) is above maxReplicas \(20\)/],
    ['no CPU request to be a share of', 'web.resources.requests.cpu=null', /missing property 'cpu'/],
  ])('rejects %s', async (_, line, message) => {
    const refused = render({ set: [line] });
    await expect(refused).rejects.toThrow(HelmError);
    await expect(refused).rejects.toThrow(message);
  });
});
