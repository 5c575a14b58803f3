import { describe, expect, it } from '@jest/globals';
import { type CaseId, Findings } from '../../src/findings/findings.ts';
import { repeatsSchema } from '../../src/findings/lint-repeats.ts';
import { engineRules } from '../../src/rules/engine.ts';
import { resourcesIn } from '../helpers.ts';

const ID: CaseId = { subject: 'helm/web', values: 'defaults', kubeVersion: '' };
const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata: {}\n';
const UNNAMED =
  'templates/a.yaml: object name does not conform to Kubernetes naming requirements: "": metadata.name: Invalid value: ""';

describe('a message of helm lint about an object without a name', () => {
  const repeats = (message: string, { resource = 'Secret/?', path = 'name', values = 'defaults' } = {}): boolean => {
    const findings = new Findings(new Map());
    findings.add({
      rule: engineRules.schema,
      case: { ...ID, values, kubeVersion: '1.36' },
      resource,
      path: ['metadata', path],
      message: 'metadata has no name, which is required',
      location: () => ({ file: 'helm/web/templates/a.yaml', line: 3, exact: true }),
    });
    const [secret] = resourcesIn(SECRET);
    if (secret === undefined) throw new Error('there is no Secret');
    const source = { ...secret.source, file: 'helm/web/templates/a.yaml' };
    return repeatsSchema(message, ID, { resources: [{ ...secret, source }], findings: () => findings.list() });
  };

  it('repeats what the schema says', () => {
    expect(repeats(UNNAMED)).toBe(true);
  });

  it.each([
    ['the object of another template', UNNAMED.replace('a.yaml', 'b.yaml'), {}],
    ['an invalid name', UNNAMED.replace('""', '"A"'), {}],
    ['what no finding says', UNNAMED, { path: 'labels' }],
    ['an object of another kind', UNNAMED, { resource: 'ConfigMap/?' }],
    ['other values', UNNAMED, { values: 'ci/a.yaml' }],
  ])('does not if it is about %s', (_, message, finding) => {
    expect(repeats(message, finding)).toBe(false);
  });
});
