import { closestName } from '../../../lib/similar-names.ts';
import { apiDeprecated } from './api-versions.ts';
import { chartAppVersion, chartKubeVersion, chartVersion } from './chart-metadata.ts';
import { duplicateResource } from './duplicate-resource.ts';
import { engineRules } from './engine.ts';
import { gracePeriod } from './grace-period.ts';
import { hostNamespaces, hostPath } from './host.ts';
import { hpaReplicas } from './hpa-replicas.ts';
import { hpaRequestMissing } from './hpa-request-missing.ts';
import { hpaTargetMissing } from './hpa-target-missing.ts';
import { imageDigest, imageNotBuilt, imageTag } from './images.ts';
import { namespaceHardCoded } from './namespace-hard-coded.ts';
import { networkPolicyAllowsAll, networkPolicySelectsNothing } from './network-policies.ts';
import { pdbBlocksDrain } from './pdb-blocks-drain.ts';
import { pdbSelectsNothing } from './pdb-selects-nothing.ts';
import { identicalProbes, livenessProbe, readinessProbe, startupProbe } from './probes.ts';
import { memoryLimit, resourceRequests } from './resources.ts';
import { rollingUpdate } from './rolling-update.ts';
import type { ChartRule, ResourceRule, RuleInfo } from './rule.ts';
import { secretInEnv } from './secret-in-env.ts';
import {
  capabilities,
  privileged,
  privilegeEscalation,
  readOnlyRoot,
  runAsNonRoot,
  seccomp,
} from './security-context.ts';
import { selectorMismatch, selectorVersion } from './selector-mismatch.ts';
import { serviceAccountToken } from './service-account-token.ts';
import { servicePort, servicePortUndeclared, serviceSelectsNothing } from './services.ts';
import { valuesSchemaGlobal, valuesSchemaLoose, valuesSchemaMissing } from './values-schema.ts';

export const resourceRules: readonly ResourceRule[] = [
  hpaReplicas,
  hpaTargetMissing,
  hpaRequestMissing,
  pdbBlocksDrain,
  pdbSelectsNothing,
  gracePeriod,
  rollingUpdate,
  readinessProbe,
  livenessProbe,
  startupProbe,
  identicalProbes,
  resourceRequests,
  memoryLimit,
  imageTag,
  imageDigest,
  imageNotBuilt,
  privileged,
  privilegeEscalation,
  runAsNonRoot,
  readOnlyRoot,
  capabilities,
  seccomp,
  hostPath,
  hostNamespaces,
  serviceAccountToken,
  secretInEnv,
  serviceSelectsNothing,
  servicePort,
  servicePortUndeclared,
  networkPolicySelectsNothing,
  networkPolicyAllowsAll,
  duplicateResource,
  namespaceHardCoded,
  selectorMismatch,
  selectorVersion,
  apiDeprecated,
];

export const chartRules: readonly ChartRule[] = [
  chartVersion,
  chartAppVersion,
  chartKubeVersion,
  valuesSchemaMissing,
  valuesSchemaLoose,
  valuesSchemaGlobal,
];

/** Every rule, for the documentation and for SARIF. */
export const allRules: readonly RuleInfo[] = [...Object.values(engineRules), ...resourceRules, ...chartRules];

const IDS = new Set(allRules.map(({ id }) => id));

/** The id of a rule, of a scanner (`checkov`) or of a check of a scanner (`checkov/CKV_K8S_8`). */
export const isRuleId = (id: string): boolean =>
  IDS.has(id) || /^(?:kubeconform|kube-score|checkov)(?:\/\S+)?$/.test(id);

export const suggestRule = (id: string): string | undefined => closestName(id, [...IDS]);
