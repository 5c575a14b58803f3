import { describe, expect, it } from '@jest/globals';
import { errors, GOOD, ofRule, step, useScene, write } from './scene.ts';

useScene();

describe('manifests and custom resources', () => {
  const APPLICATION = `apiVersion: example.com/v1
kind: Shop
metadata:
  name: shop
spec:
  sise: 3
`;
  const CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: shops.example.com
spec:
  group: example.com
  scope: Namespaced
  names: { kind: Shop, plural: shops, singular: shop }
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
              properties:
                size: { type: integer }
`;

  it('checks plain manifests without a chart, and counts resources without a schema', async () => {
    write({ 'argocd/app.yaml': APPLICATION });
    const result = await step({ manifests: 'argocd/**/*.yaml', 'kube-versions': '1.36' });
    expect(result.exitCode).toBe(0);
    expect(result.outputs).toMatchObject({ cases: '1', resources: '1', 'not-validated': '1', notes: '1' });
    expect(ofRule(result, 'schema-missing')).toEqual([expect.objectContaining({ file: 'argocd/app.yaml', line: 1 })]);
  });

  it('validates them with the given definitions', async () => {
    write({ 'argocd/app.yaml': APPLICATION, 'crds/shop.yaml': CRD });
    const result = await step({ manifests: 'argocd/*.yaml', crds: 'crds/*.yaml', 'kube-versions': '1.36' });
    expect(result.outputs['not-validated']).toBe('0');
    expect(errors(result)).toEqual([
      expect.objectContaining({
        file: 'argocd/app.yaml',
        line: 6,
        message: expect.stringContaining('did you mean size?'),
      }),
    ]);
  });

  it("validates a chart's custom resources with its own crds/", async () => {
    write({ ...GOOD, 'helm/web/crds/shop.yaml': CRD, 'helm/web/templates/shop.yaml': APPLICATION });
    const result = await step();
    expect(errors(result)).toEqual([expect.objectContaining({ file: 'helm/web/templates/shop.yaml', line: 6 })]);
  });

  it('a definition that cannot be read is an error in its file', async () => {
    write({ 'argocd/app.yaml': APPLICATION, 'crds/shop.yaml': `${CRD}a: b: c\n` });
    write({ ...GOOD, 'helm/web/crds/own.yaml': `${CRD}a: b: c\n` });
    const result = await step({ manifests: 'argocd/*.yaml', crds: 'crds/*.yaml', 'kube-versions': '1.36' });
    const line = CRD.split('\n').length;
    expect(ofRule(result, 'yaml')).toEqual([
      expect.objectContaining({ file: 'crds/shop.yaml', line }),
      expect.objectContaining({ file: 'helm/web/crds/own.yaml', line }),
    ]);
  });

  it('a version whose schemas are not bundled is a warning, and its resources do not count as validated', async () => {
    write(GOOD);
    const result = await step({ 'kube-versions': '1.36\n1.99' });
    expect(result.outputs).toMatchObject({ cases: '2', resources: '4', 'not-validated': '2', warnings: '1' });
    expect(ofRule(result, 'kube-version-missing')[0]?.message).toContain('nothing was validated for Kubernetes 1.99');
  });
});
