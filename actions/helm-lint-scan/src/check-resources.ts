import { join } from 'node:path/posix';
import type { KubeVersion } from './cases/kube-version.ts';
import { minorNumber } from './cases/kube-version.ts';
import { pluralize } from './data.ts';
import { type AskedVersion, findQuestion } from './findings/asked-versions.ts';
import type { CaseId, Findings } from './findings/findings.ts';
import type { Location } from './locate/location.ts';
import { problemText, type ReadResult } from './manifests/read.ts';
import { type Resource, resourceDocument, resourceLabel } from './manifests/resource.ts';
import { findWorkloads } from './manifests/workloads.ts';
import { engineRules } from './rules/engine.ts';
import { resourceRules } from './rules/index.ts';
import type { Problem, RuleInfo, Scope } from './rules/rule.ts';
import { type BundledDefinitions, type LevelledProblem, markProject } from './validation/bundled.ts';
import { readDefinitions } from './validation/definitions.ts';
import { findDeprecation } from './validation/deprecated-apis.ts';
import { isCompletedByServer } from './validation/server/defaults.ts';
import { checkAsServer } from './validation/server/index.ts';
import { markAbsentInPods } from './validation/server/stateful-set-pods.ts';
import type { Checked, Validator, Validators } from './validation/validator.ts';

/** Resources that are checked together: those of one case, or all plain manifests. */
export interface ResourceSet extends ReadResult {
  id: CaseId;
  kube: KubeVersion;
  namespace: string;
  origin: Scope['origin'];
  built: Scope['built'];
  /** The API versions that the templates ask for. */
  asked?: readonly AskedVersion[];
  /** Where in the repository a problem comes from. */
  locate(problem: Problem): Location;
  /** The line of a document that cannot be read. */
  locateText(file: string, line: number, excerpt: string): Location;
}

/** What a {@link ResourceSet} is validated with. */
export interface Schemas {
  validators: Validators;
  /** The minor versions of Kubernetes whose schemas are bundled, newest first. */
  bundled: readonly string[];
  /** The projects whose bundled definitions are used, see {@link BundledDefinitions}. */
  projects: BundledDefinitions['projects'];
}

/**
 * Check documents, schemas and rules.
 * @returns how many resources could not be validated
 */
export async function checkResources(
  set: ResourceSet,
  { validators, bundled, projects }: Schemas,
  findings: Findings,
): Promise<number> {
  const report = reporter(set, findings);
  reportDocuments(set, findings);
  const { problems } = await readDefinitions(set.resources);
  for (const problem of problems) report(engineRules.definitionUnusable, problem);
  const validator = await validators.for(set.kube.minor);
  const notValidated = validator === undefined ? set.resources.length : validate(set, { validator, projects }, report);
  const scope: Scope = {
    resources: set.resources,
    workloads: findWorkloads(set.resources),
    namespace: set.namespace,
    origin: set.origin,
    minor: minorNumber(set.kube),
    built: set.built,
  };
  for (const rule of resourceRules) for (const problem of rule.check(scope)) report(rule, problem);
  if (!bundled.includes(set.kube.minor)) reportMissingSchemas(set, bundled, findings);
  return notValidated;
}

/**
 * Check what is in a chart's `crds` directory. Helm installs it without rendering it, so it is validated as it is. Documents that cannot be
 * read are reported with the definitions.
 */
export async function checkCrdDirectory(
  set: ResourceSet,
  { validators, projects }: Pick<Schemas, 'validators' | 'projects'>,
  findings: Findings,
): Promise<void> {
  reportDocuments({ ...set, broken: [] }, findings);
  const validator = await validators.for(set.kube.minor);
  if (validator !== undefined) validate(set, { validator, projects }, reporter(set, findings));
}

function reportDocuments({ id, broken, nonObjects, locateText }: ResourceSet, findings: Findings): void {
  for (const document of broken) {
    const { file, line, excerpt } = document;
    findings.add({
      rule: engineRules.yaml,
      case: id,
      path: [],
      message: `in ${file}: ${problemText(document)}`,
      location: () => locateText(file, line, excerpt),
    });
  }
  for (const { file, line, ordinal, problem, excerpt } of nonObjects)
    findings.add({
      rule: engineRules.notAnObject,
      case: id,
      path: [],
      message: `a document of ${file} ${problem}`,
      document: String(ordinal),
      location: () => locateText(file, line, excerpt),
    });
}

type ReportProblem = (rule: RuleInfo, problem: Problem) => void;

const reporter =
  (set: ResourceSet, findings: Findings): ReportProblem =>
  (rule, problem) =>
    findings.add({
      rule,
      level: problem.level,
      case: set.id,
      resource: resourceLabel(problem.resource),
      document: resourceDocument(problem.resource),
      path: problem.path,
      message: problem.message,
      location: () => set.locate(problem),
    });

/** @returns how many resources could not be validated */
function validate(
  { resources, kube, asked = [] }: ResourceSet,
  { validator, projects }: { validator: Validator } & Pick<Schemas, 'projects'>,
  report: ReportProblem,
): number {
  let notValidated = 0;
  for (const resource of resources) {
    const verdict = validator.validate(resource);
    const { apiVersion, kind } = resource;
    const at = { resource, path: ['apiVersion'], about: 'value' } as const;
    switch (verdict.state) {
      case 'checked': {
        const project = projects.get(`${apiVersion}/${kind}`);
        const problems = markProject(verdict.problems, project);
        reportRefused(resource, kube, { problems, refused: markProject(verdict.refused, project) }, report);
        reportUncheckedRules(resource, verdict, report);
        break;
      }
      case 'unserved': {
        const message = `${kind} in ${apiVersion} is not served by its definition; use ${verdict.served.join(' or ')}`;
        report(engineRules.apiUnknown, { ...at, message });
        break;
      }
      case 'unchecked': {
        notValidated++;
        const message = `was not validated: there is no schema for ${kind} in ${apiVersion}`;
        report(engineRules.schemaMissing, { ...at, message });
        break;
      }
      case 'unusable': {
        notValidated++;
        const message = `was not validated: the schema for ${kind} in ${apiVersion} cannot be used: ${verdict.why}`;
        report(engineRules.definitionUnusable, { ...at, message });
        break;
      }
      case 'unknown': {
        const question = findQuestion(asked, resource);
        if (question !== undefined) {
          notValidated++;
          report(engineRules.capabilitiesDiffer, { ...at, message: describeQuestion(resource, kube, question) });
          break;
        }
        const { rule, message } = describeUnserved(resource, kube, verdict.served);
        report(rule, { ...at, message });
      }
    }
  }
  return notValidated;
}

/** What the API server refuses: by the schema, and by its own validation. */
function reportRefused(
  resource: Resource,
  kube: KubeVersion,
  { problems, refused }: Record<'problems' | 'refused', readonly LevelledProblem[]>,
  report: ReportProblem,
): void {
  const context = { minor: minorNumber(kube) };
  const violations = problems
    .filter((problem) => !isCompletedByServer(resource, problem))
    .map((problem) => markAbsentInPods(problem, resource, context));
  for (const problem of violations) report(engineRules.schema, { resource, ...problem });
  const known = [...violations, ...refused];
  for (const problem of [...refused, ...checkAsServer(resource, context, known)])
    report(engineRules.apiInvalid, { resource, ...problem });
}

/** Published rules have up to 2,000 characters. */
const MAX_RULE_LENGTH = 80;
const shorten = (rule: string): string =>
  JSON.stringify(rule.length > MAX_RULE_LENGTH ? `${rule.slice(0, MAX_RULE_LENGTH)}…` : rule);

function reportUncheckedRules(resource: Resource, { uncheckedRules }: Checked, report: ReportProblem): void {
  const [first] = uncheckedRules;
  if (first === undefined) return;
  const count = pluralize(uncheckedRules.length, 'rule');
  const message = `${count} of the definition of ${resource.kind} in ${resource.apiVersion} cannot be checked here, such as ${shorten(first.rule)}: ${first.why}`;
  report(engineRules.definitionRuleUnchecked, { resource, path: ['apiVersion'], about: 'value', message });
}

/** Why Kubernetes does not serve the kind in this API version, and which API version to use. */
function describeUnserved(
  { apiVersion, kind }: Resource,
  kube: KubeVersion,
  served: readonly string[],
): { rule: RuleInfo; message: string } {
  const fate = findDeprecation(apiVersion, kind);
  const removed = fate?.removed !== undefined && minorNumber(kube) >= fate.removed;
  const replacement = fate?.replacement ?? served.join(' or ');
  const advice = replacement === '' ? '' : `; use ${replacement}`;
  const problem = removed ? `was removed in Kubernetes 1.${fate.removed}` : 'is not known to Kubernetes';
  return {
    rule: removed ? engineRules.apiRemoved : engineRules.apiUnknown,
    message: `${kind} in ${apiVersion} ${problem}${advice}`,
  };
}

/** Helm itself adds the versions that its own client knows, and no flag takes them away: `allKnownVersions` in its capabilities.go. */
function describeQuestion({ apiVersion, kind }: Resource, kube: KubeVersion, { file, line }: AskedVersion): string {
  return [
    `was not validated: ${file}:${line} asks for ${apiVersion}, which Kubernetes ${kube.minor} does not serve;`,
    `only \`helm template\` has it, so in a cluster the chart is rendered without this ${kind}`,
  ].join(' ');
}

/** Nothing was validated for this version of Kubernetes, and that must not look like a pass. */
function reportMissingSchemas(set: ResourceSet, bundled: readonly string[], findings: Findings): void {
  const { id, kube, origin } = set;
  const [first] = set.resources;
  findings.add({
    rule: engineRules.kubeVersionMissing,
    case: id,
    path: [],
    message: `nothing was validated for Kubernetes ${kube.minor}: the bundled schemas are for ${bundled.at(-1)} to ${bundled[0]}`,
    location: () =>
      first === undefined || origin === 'chart'
        ? { file: join(id.subject, 'Chart.yaml'), line: 1, exact: false }
        : { file: first.source.file, line: 1, exact: false },
  });
}
