import { describe, expect, it } from '@jest/globals';
import { errors, lineOf, ofRule, step, useScene, write } from './scene.ts';

describe('the bundle checks custom resources', () => {
  useScene();

  const CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: queues.lab.example }
spec:
  group: lab.example
  scope: Namespaced
  names: { kind: Queue, plural: queues }
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
              required: [mode, size]
              properties:
                mode: { type: string, default: fifo }
                size: { type: integer }
                note: { type: string }
                until: { type: string, format: date-time }
              x-kubernetes-validations:
                - { rule: "self.size <= 10", message: size must be at most 10, fieldPath: .size }
                - { rule: "self.unsupportedFunction()" }
    - { name: v1alpha1, served: false, storage: false, schema: { openAPIV3Schema: { type: object } } }
`;
  const queue = (spec: string, version = 'v1'): string =>
    `apiVersion: lab.example/${version}\nkind: Queue\nmetadata:\n  name: q\n${spec}`;

  it('with their defaults, formats and rules, on the lines of their fields', async () => {
    write({
      'crds/queue.yaml': CRD,
      'k8s/accepted.yaml': queue('spec:\n  size: 10\n  mode: null\n  note: null\n'),
      'k8s/refused.yaml': queue('spec:\n  note: ""\n  size: 11\n').replace('name: q', 'name: r'),
      'k8s/format.yaml': queue('spec:\n  size: 1\n  until: tomorrow\n').replace('name: q', 'name: s\n  lables: {}'),
      'k8s/version.yaml': queue('', 'v1alpha1').replace('name: q', 'name: t'),
    });
    const result = await step({ manifests: 'k8s/*.yaml', crds: 'crds/*.yaml', 'kube-versions': '1.34' });
    const found = errors(result).map(({ file, line, message }) => ({ file, line, message }));
    expect(found.toSorted((a, b) => `${a.file} ${a.line}`.localeCompare(`${b.file} ${b.line}`))).toEqual([
      {
        file: 'k8s/format.yaml',
        line: lineOf('k8s/format.yaml', 'lables'),
        message: expect.stringContaining('did you mean labels?'),
      },
      {
        file: 'k8s/format.yaml',
        line: lineOf('k8s/format.yaml', 'until'),
        message: expect.stringContaining('spec.until is not a date and time'),
      },
      {
        file: 'k8s/refused.yaml',
        line: lineOf('k8s/refused.yaml', 'size'),
        message: expect.stringContaining('spec.size: Invalid value: size must be at most 10'),
      },
      {
        file: 'k8s/version.yaml',
        line: 1,
        message: expect.stringContaining('is not served by its definition; use lab.example/v1'),
      },
    ]);
    expect(ofRule(result, 'definition-rule-unchecked')).toHaveLength(1);
  });
});
