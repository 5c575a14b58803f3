import { join } from 'node:path/posix';
import type { KubeVersion } from './cases/kube-version.ts';
import { minorNumber } from './cases/kube-version.ts';
import type { CaseId, Findings } from './findings/findings.ts';
import type { Place } from './locate/locate.ts';
import { faultText, type ReadResult } from './manifests/read.ts';
import { type Resource, resourceLabel } from './manifests/resource.ts';
import { workloadsOf } from './manifests/workloads.ts';
import { engineRules } from './rules/engine.ts';
import { resourceRules } from './rules/index.ts';
import type { Problem, RuleInfo, Scope } from './rules/rule.ts';
import { readDefinitions } from './validation/definitions.ts';
import { fateOf } from './validation/removed-apis.ts';
import type { Validator, Validators } from './validation/validator.ts';

/** What is looked at together: the resources of one case, or all plain manifests. */
export interface Inspected extends ReadResult {
  id: CaseId;
  kube: KubeVersion;
  namespace: string;
  origin: Scope['origin'];
  built: Scope['built'];
  /** Where in the repository a problem comes from. */
  locate(problem: Problem): Place;
  /** The line of a faulty document. */
  locateText(file: string, line: number, excerpt: string): Place;
}

/** Check documents, schemas and rules. Returns how many resources could not be validated. */
export async function inspect(inspected: Inspected, validators: Validators, findings: Findings): Promise<number> {
  reportDocuments(inspected, findings);
  const { faults } = await readDefinitions(inspected.resources);
  for (const problem of faults) report(inspected, engineRules.definitionUnusable, problem, findings);
  const validator = await validators.for(inspected.kube.minor);
  const unchecked = validator === undefined ? inspected.resources.length : validate(inspected, validator, findings);
  const scope: Scope = {
    resources: inspected.resources,
    workloads: workloadsOf(inspected.resources),
    namespace: inspected.namespace,
    origin: inspected.origin,
    minor: minorNumber(inspected.kube),
    built: inspected.built,
  };
  for (const rule of resourceRules) for (const problem of rule.check(scope)) report(inspected, rule, problem, findings);
  return unchecked;
}

function reportDocuments({ id, broken, strays, locateText }: Inspected, findings: Findings): void {
  for (const document of broken) {
    const { file, line, excerpt } = document;
    findings.add({
      rule: engineRules.yaml,
      case: id,
      path: [],
      message: `in ${file}: ${faultText(document)}`,
      place: () => locateText(file, line, excerpt),
    });
  }
  for (const { file, line } of strays) {
    const message = `${file} has a document without apiVersion or kind`;
    findings.add({
      rule: engineRules.notAnObject,
      case: id,
      path: [],
      message,
      place: () => locateText(file, line, ''),
    });
  }
}

function report(inspected: Inspected, rule: RuleInfo, problem: Problem, findings: Findings): void {
  findings.add({
    rule,
    case: inspected.id,
    resource: resourceLabel(problem.resource),
    path: problem.path,
    message: problem.message,
    place: () => inspected.locate(problem),
  });
}

function validate(inspected: Inspected, validator: Validator, findings: Findings): number {
  let unchecked = 0;
  for (const resource of inspected.resources) {
    const verdict = validator.validate(resource);
    if (verdict.state === 'checked') {
      for (const problem of verdict.problems) report(inspected, engineRules.schema, { resource, ...problem }, findings);
      continue;
    }
    const { apiVersion, kind } = resource;
    const at = { resource, path: ['apiVersion'], about: 'value' } as const;
    if (verdict.state === 'unchecked') {
      unchecked++;
      const message = `was not validated: there is no schema of ${kind} in ${apiVersion}`;
      report(inspected, engineRules.schemaMissing, { ...at, message }, findings);
    } else if (verdict.state === 'unusable') {
      unchecked++;
      const message = `was not validated: the schema of ${kind} in ${apiVersion} cannot be put to work: ${verdict.why}`;
      report(inspected, engineRules.definitionUnusable, { ...at, message }, findings);
    } else reportUnserved(inspected, resource, verdict.served, findings);
  }
  return unchecked;
}

function reportUnserved(inspected: Inspected, resource: Resource, served: readonly string[], findings: Findings): void {
  const { apiVersion, kind } = resource;
  const fate = fateOf(apiVersion, kind);
  const gone = fate?.removed !== undefined && minorNumber(inspected.kube) >= fate.removed;
  const rule = gone ? engineRules.apiRemoved : engineRules.apiUnknown;
  const instead = fate?.replacement ?? served.join(' or ');
  const advice = instead === '' ? '' : `; use ${instead}`;
  const what = gone ? `is gone since Kubernetes 1.${fate.removed}` : 'is not known to Kubernetes';
  report(
    inspected,
    rule,
    { resource, path: ['apiVersion'], about: 'value', message: `${kind} in ${apiVersion} ${what}${advice}` },
    findings,
  );
}

/** A version whose schemas are not here: nothing was validated, and that must not look like a pass. */
export function unbundled(inspected: Inspected, minors: readonly string[], findings: Findings): void {
  const { id, kube, resources } = inspected;
  const [first] = resources;
  findings.add({
    rule: engineRules.kubeVersionMissing,
    case: id,
    path: [],
    message: `nothing was validated for Kubernetes ${kube.minor}: there are schemas of ${minors.at(-1)} to ${minors[0]}`,
    place: () =>
      first === undefined || inspected.origin === 'chart'
        ? { file: join(id.subject, 'Chart.yaml'), line: 1, exact: false }
        : { file: first.source.file, line: 1, exact: false },
  });
}
