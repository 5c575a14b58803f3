import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DEPLOYMENT, GOOD, lineOf, ofRule, step, useScene, VALUES, workspace, write } from './scene.ts';

useScene();

const FILE = 'helm/web/templates/deployment.yaml';
const VALUES_FILE = 'helm/web/values.yaml';

describe('a comment beside a line', () => {
  it('hides a finding in a template, in values, in Chart.yaml and in a manifest', async () => {
    const chart = GOOD['helm/web/Chart.yaml'] ?? '';
    write({
      ...GOOD,
      'helm/web/Chart.yaml': chart.replace(
        'version: 1.0.0',
        'version: v1.0.0 # helm-lint-scan: ignore chart-version -- as upstream',
      ),
      [FILE]: DEPLOYMENT.replace(
        '            readOnlyRootFilesystem: true\n',
        '            {{- /* helm-lint-scan: ignore read-only-root -- writes its cache */}}\n            readOnlyRootFilesystem: false\n',
      ),
      [VALUES_FILE]: VALUES.replace('  limits:\n    memory: 64Mi\n', '').replace(
        '  requests:\n    cpu: 100m\n',
        '  # helm-lint-scan: ignore resource-requests until 2999-12-31 -- none is known\n  requests:\n',
      ),
      'k8s/a.yaml':
        'apiVersion: v1\nkind: Service\n# helm-lint-scan: ignore service-selects-nothing -- of another repository\nmetadata:\n  name: a\nspec:\n  selector: { app: a } # helm-lint-scan: ignore service-selects-nothing -- of another repository\n  ports: [{ port: 80 }]\n',
    });
    const inputs = {
      manifests: 'k8s/*.yaml',
      'kube-versions': '1.36',
      'sarif-file': 'out.sarif',
      'report-file': 'out.json',
    };
    const result = await step(inputs);
    expect(result.exitCode).toBe(0);
    for (const rule of ['chart-version', 'read-only-root', 'service-selects-nothing'])
      expect(ofRule(result, rule)).toEqual([]);
    const { suppressed } = JSON.parse(readFileSync(join(workspace, 'out.json'), 'utf8'));
    const rules = suppressed.map(({ rule, suppression }: { rule: string; suppression: object }) => ({
      rule,
      ...suppression,
    }));
    expect(rules).toContainEqual({
      rule: 'read-only-root',
      reason: 'writes its cache',
      expires: 'never',
      kind: 'inSource',
      line: lineOf(FILE, 'helm-lint-scan'),
    });
    const { results } = JSON.parse(readFileSync(join(workspace, 'out.sarif'), 'utf8')).runs[0];
    const hidden = results.find(({ ruleId }: { ruleId: string }) => ruleId === 'chart-version');
    expect(hidden.suppressions).toEqual([{ kind: 'inSource', status: 'accepted', justification: 'as upstream' }]);
    expect(result.summary).toContain('writes its cache');
  });

  it('without a reason, of an unknown rule, expired, or without a finding is reported on its line', async () => {
    write({
      ...GOOD,
      [VALUES_FILE]: `${VALUES}# helm-lint-scan: ignore image-tag\n# helm-lint-scan: ignore image-tga -- a\n`,
      [FILE]: DEPLOYMENT.replace(
        'readOnlyRootFilesystem: true',
        'readOnlyRootFilesystem: false # helm-lint-scan: ignore read-only-root until 2020-01-01 -- old',
      ).replace('spec:\n  replicas', '# helm-lint-scan: ignore privileged -- nothing here\nspec:\n  replicas'),
    });
    const result = await step({ 'kube-versions': '1.36' });
    expect(result.exitCode).toBe(1);
    const lines = VALUES.split('\n').length;
    expect(ofRule(result, 'suppression-invalid').map(({ file, line }) => [file, line])).toEqual([
      [VALUES_FILE, lines],
      [VALUES_FILE, lines + 1],
    ]);
    expect(ofRule(result, 'suppression-invalid')[1]?.message).toContain('did you mean image-tag?');
    expect(ofRule(result, 'suppression-expired')).toMatchObject([{ file: FILE, line: lineOf(FILE, '2020-01-01') }]);
    expect(ofRule(result, 'suppression-unused')).toMatchObject([{ file: FILE, line: lineOf(FILE, 'nothing here') }]);
    expect(ofRule(result, 'read-only-root')).toHaveLength(1);
  });
});
