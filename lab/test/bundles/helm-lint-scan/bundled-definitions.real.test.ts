import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { annotations, lineOf, ofRule, step, useScene, write } from './scene.ts';

useScene();

const EXAMPLES = join(import.meta.dirname, '../../../../actions/helm-lint-scan/test/validation/bundled');
const example = (name: string): string => readFileSync(join(EXAMPLES, name), 'utf8');
const MANIFESTS = { charts: 'none', manifests: 'apps/*.yaml', 'kube-versions': '1.36', 'report-file': 'report.json' };

const CHART = {
  'helm/web/Chart.yaml':
    'apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: "1.0.0"\nkubeVersion: ">=1.30.0-0"\nicon: https://example.com/i.svg\n',
  'helm/web/values.yaml': 'host: www.shop.example\n',
  'helm/web/templates/route.yaml': `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: web }
spec:
  parentRefs: [{ name: public }]
  hostname: {{ .Values.host }}
`,
  'helm/web/templates/monitor.yaml': `apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
`,
  'helm/web/templates/certificate.yaml': `apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: web }
spec:
  secretName: web
  issuerRef: { name: own }
  dnsNames: {{ .Values.host }}
`,
};

it('the custom resources of a chart are validated with the bundled definitions, whose version the findings name', async () => {
  write(CHART);
  const result = await step({ 'kube-versions': '1.36' });
  expect(result.outputs['not-validated']).toBe('0');
  const found = ofRule(result, 'schema').map(({ level, file, line, message }) => [level, file, line, message]);
  expect(found).toEqual([
    [
      'error',
      'helm/web/templates/monitor.yaml',
      lineOf('helm/web/templates/monitor.yaml', 'spec:'),
      expect.stringMatching(/spec has no endpoints, which is required \(as in Prometheus Operator \d+\.\d+\.\d+\)/),
    ],
    [
      'error',
      'helm/web/values.yaml',
      lineOf('helm/web/values.yaml', 'host:'),
      expect.stringMatching(/spec\.dnsNames must be array, .* \(as in cert-manager \d+\.\d+\.\d+\)/),
    ],
    [
      'warning',
      'helm/web/templates/route.yaml',
      lineOf('helm/web/templates/route.yaml', 'hostname'),
      expect.stringMatching(
        /spec\.hostname is not a known key; did you mean hostnames\? \(as in Gateway API \d+\.\d+\.\d+\)/,
      ),
    ],
  ]);
});

it('they are not used when the step turns them off', async () => {
  write(CHART);
  const result = await step({ 'kube-versions': '1.36', 'bundled-crds': 'false' });
  expect(ofRule(result, 'schema')).toEqual([]);
  expect(result.outputs['not-validated']).toBe('3');
});

it('good custom resources of every project have no error and no warning', async () => {
  const names = readdirSync(EXAMPLES);
  write(Object.fromEntries(names.map((name) => [`apps/${name}`, example(name)])));
  const result = await step({ ...MANIFESTS, 'max-annotations': '1000' });
  const found = [...ofRule(result, 'schema'), ...ofRule(result, 'schema-missing'), ...ofRule(result, 'api-unknown')];
  expect(found).toEqual([]);
  expect(annotations(result).filter(({ level }) => level === 'error')).toEqual([]);
  expect(result.outputs['not-validated']).toBe('0');
  expect(Number(result.outputs.resources)).toBeGreaterThan(40);
});
