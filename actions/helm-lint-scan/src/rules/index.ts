import { closestName } from '../../../lib/similar-names.ts';
import { hpaReplicas, hpaRequestMissing, hpaTargetMissing } from './availability/hpa.ts';
import { pdbBlocksDrain, pdbSelectsNothing } from './availability/pdb.ts';
import { pdbMissing, podSpread } from './availability/several-pods.ts';
import { pdbUnhealthyPods } from './availability/unhealthy-pods.ts';
import { chartAppVersion, chartKubeVersion, chartVersion } from './chart/chart-metadata.ts';
import { valuesSchemaGlobal, valuesSchemaLoose, valuesSchemaMissing } from './chart/values-schema.ts';
import { engineRules } from './engine.ts';
import { backendMissing, backendPort } from './network/backends.ts';
import { monitorPort, monitorSelectsNothing } from './network/monitors.ts';
import { networkPolicyAllowsAll, networkPolicySelectsNothing } from './network/network-policies.ts';
import { probePort, probePortUndeclared } from './network/probe-ports.ts';
import { routeListener } from './network/route-listeners.ts';
import { servicePort, servicePortUndeclared, serviceSelectsNothing } from './network/services.ts';
import { roleMissing, serviceAccountMissing } from './references/accounts.ts';
import { configKey } from './references/config-key.ts';
import { configReference } from './references/config-reference.ts';
import { scalerTargetMissing } from './references/scaler-target.ts';
import { statefulSetService } from './references/stateful-set-service.ts';
import { apiDeprecated } from './resources/api-versions.ts';
import { duplicateResource } from './resources/duplicate-resource.ts';
import { namespaceHardCoded } from './resources/namespace-hard-coded.ts';
import type { ChartRule, ResourceRule, RuleInfo } from './rule.ts';
import { containerSocket, hostNamespaces, hostPath } from './security/host.ts';
import { hostPort, hostProcess } from './security/host-access.ts';
import { clusterAdmin, rbacEscalation, rbacExec, rbacSecrets, rbacWildcard } from './security/rbac.ts';
import { secretInEnv } from './security/secret-in-env.ts';
import {
  capabilities,
  privileged,
  privilegeEscalation,
  readOnlyRoot,
  runAsNonRoot,
  seccomp,
} from './security/security-context.ts';
import { serviceAccountToken } from './security/service-account-token.ts';
import { envDuplicate } from './workloads/env-duplicate.ts';
import { gracePeriod } from './workloads/grace-period.ts';
import { imageDigest, imageNotBuilt, imageTag } from './workloads/images.ts';
import { immutableVersion } from './workloads/immutable-version.ts';
import { identicalProbes, livenessProbe, readinessProbe, startupProbe } from './workloads/probes.ts';
import { memoryLimit, resourceRequests } from './workloads/resource-requests.ts';
import { rollingUpdate } from './workloads/rolling-update.ts';
import { selectorMismatch, selectorVersion } from './workloads/selector-mismatch.ts';

export const resourceRules: readonly ResourceRule[] = [
  hpaReplicas,
  hpaTargetMissing,
  hpaRequestMissing,
  pdbBlocksDrain,
  pdbSelectsNothing,
  pdbUnhealthyPods,
  pdbMissing,
  podSpread,
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
  containerSocket,
  hostPath,
  hostNamespaces,
  hostPort,
  hostProcess,
  clusterAdmin,
  rbacEscalation,
  rbacWildcard,
  rbacExec,
  rbacSecrets,
  serviceAccountToken,
  secretInEnv,
  serviceSelectsNothing,
  servicePort,
  servicePortUndeclared,
  networkPolicySelectsNothing,
  networkPolicyAllowsAll,
  probePort,
  probePortUndeclared,
  backendPort,
  backendMissing,
  routeListener,
  monitorSelectsNothing,
  monitorPort,
  statefulSetService,
  configKey,
  configReference,
  serviceAccountMissing,
  roleMissing,
  scalerTargetMissing,
  envDuplicate,
  duplicateResource,
  namespaceHardCoded,
  selectorMismatch,
  selectorVersion,
  immutableVersion,
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

/** The id of a rule, also of one of the repository (`own/team`, if it exists), of a scanner (`checkov`) or of a check of a scanner (`checkov/CKV_K8S_8`). */
export const isRuleId = (id: string): boolean =>
  IDS.has(id) ||
  /^own\/[a-z0-9][-a-z0-9.]*$|^(?:kubeconform|kube-score|kube-linter|polaris|checkov)(?:\/\S+)?$/.test(id);

export const suggestRule = (id: string): string | undefined => closestName(id, [...IDS]);
