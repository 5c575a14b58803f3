import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { servedApis } from '../../../../actions/helm-lint-scan/src/validation/served-apis.ts';
import { createSchemaStore } from '../../../../actions/helm-lint-scan/src/validation/store.ts';
import { type ApiServer, startApiServer } from './api-server.ts';
import { annotations, errors, lineOf, ofRule, step, useScene, write } from './scene.ts';

useScene();

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
}, 600_000);
afterAll(() => server?.stop());

const CHART = 'apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: "1.0.0"\nkubeVersion: ">=1.25.0-0"\n';

it('the versions and kinds are exactly those that a real API server lists', async () => {
  const schemas = await createSchemaStore().load(`1.${server.minor}`);
  if (schemas === undefined) throw new Error(`1.${server.minor} is not bundled`);
  expect(servedApis(schemas, server.minor)).toEqual(await server.served());
});

it('a chart that asks for versions and kinds is rendered as for a cluster', async () => {
  write({
    'helm/web/Chart.yaml': CHART,
    'helm/web/values.yaml': '',
    'helm/web/crds/thing.yaml': `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: things.acme.example }
spec:
  group: acme.example
  scope: Namespaced
  names: { kind: Thing, plural: things }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object } } } } }]
`,
    'helm/web/templates/a.yaml': `{{- if .Capabilities.APIVersions.Has "apiregistration.k8s.io/v1" }}
apiVersion: apiregistration.k8s.io/v1
{{- else }}
apiVersion: apiregistration.k8s.io/v1beta1
{{- end }}
kind: APIService
metadata: { name: v1beta1.custom.metrics.k8s.io }
spec: { group: custom.metrics.k8s.io, version: v1beta1, groupPriorityMinimum: 100, versionPriority: 100, insecureSkipTLSVerify: true, service: { name: a, namespace: b } }
{{- if .Capabilities.APIVersions.Has "policy/v1/PodDisruptionBudget" }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { minAvailable: 1, selector: { matchLabels: { app: web } }, typo: 1 }
{{- end }}
{{- if .Capabilities.APIVersions.Has "acme.example/v1/Thing" }}
---
apiVersion: acme.example/v1
kind: Thing
metadata: { name: web }
spce: {}
{{- end }}
`,
  });
  const result = await step({ 'kube-versions': '1.34\n1.25' });
  expect(errors(result).map(({ message }) => message.split('\n')[0])).toEqual([
    expect.stringContaining('spec.typo is not a known key'),
    expect.stringContaining('spce is not a known key'),
  ]);
});

it('a removed version that only Helm has is not an error of the chart', async () => {
  write({
    'helm/web/Chart.yaml': CHART,
    'helm/web/values.yaml': '',
    'helm/web/templates/pdb.yaml': `{{- if .Capabilities.APIVersions.Has "policy/v1beta1" }}
apiVersion: policy/v1beta1
{{- else }}
apiVersion: policy/v1
{{- end }}
kind: PodDisruptionBudget
metadata: { name: web }
spec: { minAvailable: 1, selector: { matchLabels: { app: web } } }
`,
    'helm/web/templates/other.yaml':
      'apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: { name: a }\nspec: { schedule: "@daily" }\n',
  });
  const result = await step({ 'kube-versions': '1.34' });
  expect(errors(result).map(({ title, file }) => [title.split(':')[0], file])).toEqual([
    ['api-removed', 'helm/web/templates/other.yaml'],
  ]);
  const [difference, ...more] = ofRule(result, 'capabilities-differ');
  expect(more).toEqual([]);
  expect(difference).toMatchObject({
    level: 'warning',
    file: 'helm/web/templates/pdb.yaml',
    line: lineOf('helm/web/templates/pdb.yaml', 'apiVersion: policy/v1beta1'),
  });
  expect(difference?.message).toContain('helm/web/templates/pdb.yaml:1 asks for policy/v1beta1');
  expect(annotations(result).filter(({ message }) => message.includes('Kubernetes 1.34 does not serve'))).toHaveLength(
    1,
  );
});
