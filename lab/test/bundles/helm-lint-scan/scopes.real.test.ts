import { describe, expect, it } from '@jest/globals';
import { errors, GOOD, ofRule, step, useScene, write } from './scene.ts';

useScene();

describe('a document that no cluster accepts', () => {
  const TEXT =
    'apiVersion: v1\nmetadata: { name: a }\n---\nkind: ConfigMap\nmetadata: { name: b }\n---\nkind: Secret\nmetadata: { name: c }\n';

  it.each(['helm/web/templates/extra.yaml', 'k8s/extra.yaml'])(
    'fails the step, each on its line of %s',
    async (file) => {
      write({ ...GOOD, 'k8s/good.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: good }\n', [file]: TEXT });
      const result = await step({ manifests: 'k8s/*.yaml', 'kube-versions': '1.36' });
      expect(ofRule(result, 'not-an-object').map(({ level, line }) => [level, line])).toEqual([
        ['error', 1],
        ['error', 4],
        ['error', 7],
      ]);
      expect(ofRule(result, 'not-an-object').map(({ message }) => message.split('.\n')[0])).toEqual([
        `a document of ${file} has no kind`,
        `a document of ${file} has no apiVersion`,
        `a document of ${file} has no apiVersion`,
      ]);
      expect(result.exitCode).toBe(1);
    },
  );

  it('may be an item of a list, whose other items are checked', async () => {
    const list = `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBindingList
items:
  - metadata: { name: a }
    roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, nam: a }
---
apiVersion: v1
kind: List
items:
  - { apiVersion: v1, metadata: { name: b } }
`;
    write({ 'k8s/list.yaml': list });
    const result = await step({ manifests: 'k8s/*.yaml', 'kube-versions': '1.36' });
    expect(errors(result).map(({ line, title }) => [line, title.split(':')[0]])).toEqual([
      [5, 'schema'],
      [5, 'schema'],
      [10, 'not-an-object'],
    ]);
  });
});
