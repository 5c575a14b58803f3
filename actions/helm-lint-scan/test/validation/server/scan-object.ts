import { checkResources } from '../../../src/check-resources.ts';
import { type Finding, Findings } from '../../../src/findings/findings.ts';
import { createReader } from '../../../src/manifests/read.ts';
import { createSchemaStore } from '../../../src/validation/store.ts';
import { createValidators } from '../../../src/validation/validator.ts';

/** The rules that say what the API server refuses. Others are about what it accepts. */
const RULES = new Set(['yaml', 'not-an-object', 'schema', 'api-invalid', 'selector-mismatch', 'definition-unusable']);

const schemas = { validators: createValidators(createSchemaStore(), []), bundled: ['1.34'], projects: new Map() };
const location = { file: 'object.yaml', line: 1, exact: true };

/** What the action says that the API server refuses in a text, which is YAML or JSON. */
export const scanObject = async (text: string, minor?: number): Promise<string[]> =>
  (await scanFindings(text, minor)).map(({ rule, message }) => `${rule.id}: ${message}`);

export async function scanFindings(text: string, minor = 34): Promise<Finding[]> {
  const version = `1.${minor}`;
  const findings = new Findings(new Map());
  const set = {
    ...createReader().manifests([{ path: location.file, text }]),
    id: { subject: 'manifests', values: '', kubeVersion: version },
    kube: { text: version, minor: version, full: `${version}.0` },
    namespace: 'default',
    origin: 'manifests',
    built: [],
    locate: () => location,
    locateText: () => location,
  } as const;
  await checkResources(set, schemas, findings);
  return findings.list().filter(({ rule }) => RULES.has(rule.id));
}
