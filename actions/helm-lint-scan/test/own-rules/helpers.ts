import { checkOwnRule, OwnRulesBudget } from '../../src/own-rules/evaluate.ts';
import { readOwnRules } from '../../src/own-rules/read-rules.ts';
import { CaseVariables } from '../../src/own-rules/variables.ts';
import { resourcesIn } from '../helpers.ts';

export interface Found {
  rule: string;
  level: string;
  resource: string;
  path: string;
  about: string;
  message: string;
}

/** The findings of rules in resources of the chart `helm/shop`, for Kubernetes 1.36. */
export async function check(rules: string, manifests: string, budget = new OwnRulesBudget()): Promise<Found[]> {
  const read = await readOwnRules([{ path: 'rules.yaml', text: rules }]);
  const set = {
    id: { subject: 'helm/shop', values: 'defaults', kubeVersion: '1.36' },
    kube: { text: '1.36', minor: '1.36', full: '1.36.0' },
    namespace: 'shop',
    resources: resourcesIn(manifests),
  };
  const chart = { path: 'helm/shop', name: 'shop', version: '1.2.3', appVersion: '4.5.6' };
  const variables = new CaseVariables(set, chart);
  return read.flatMap((rule) =>
    [...checkOwnRule(rule, set, { variables, budget })].map(({ rule: { id, level }, problem }) => ({
      rule: id,
      level: problem.level ?? level,
      resource: `${problem.resource.kind}/${problem.resource.name}`,
      path: problem.path.join('.'),
      about: problem.about,
      message: problem.message,
    })),
  );
}

/** The problems of a rules file, one per line. */
export async function problemsOf(...texts: string[]): Promise<string[]> {
  const files = texts.map((text, index) => ({ path: index === 0 ? 'rules.yaml' : `rules-${index}.yaml`, text }));
  const why = await readOwnRules(files).then(
    () => '',
    (error: Error & { why: string }) => error.why,
  );
  return why === '' ? [] : why.split('\n');
}

export const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: { app: web }
spec:
  template:
    spec:
      initContainers:
        - name: init
          image: registry.example.com/init:1
      containers:
        - name: web
          image: docker.io/web:1
          ports: [{ containerPort: 80 }]
        - name: proxy
          image: registry.example.com/proxy:1
          securityContext: { readOnlyRootFilesystem: true }
`;

export const CRON_JOB = `apiVersion: batch/v1
kind: CronJob
metadata: { name: backup }
spec:
  jobTemplate:
    spec:
      template:
        spec:
          containers: [{ name: backup, image: "docker.io/backup:1" }]
`;
