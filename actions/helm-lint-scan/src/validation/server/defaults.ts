import { at, formatPath } from '../../data.ts';
import type { Resource } from '../../manifests/resource.ts';
import type { SchemaProblem } from '../explain.ts';

/**
 * Fields that the published schemas require and the API server does not: it completes them, or takes the zero of their
 * type. It never looks at `required` for its own kinds. Each was found by removing it from an object that the API server
 * accepts.
 */
const OPTIONAL: [kind: RegExp, path: RegExp][] = [
  [/./, /\.securityContext\.sysctls\[\d+\]\.value$/],
  [/./, /\.nodeAffinity\.preferredDuringSchedulingIgnoredDuringExecution\[\d+\]\.preference$/],
  [/./, /\.(?:preStop|postStart)\.sleep\.seconds$/],
  [/./, /\.httpGet\.httpHeaders\[\d+\]\.value$/],
  [/^(?:Cron)?Job$/, /\.podFailurePolicy\.rules$/],
  [/^(?:Cron)?Job$/, /\.onPodConditions\[\d+\]\.status$/],
  [/^(?:Cluster)?RoleBinding$/, /^roleRef\.apiGroup$/],
  [/^PersistentVolumeClaim$/, /^spec\.dataSource\.(?:kind|name)$/],
  [/^LimitRange$/, /^(?:metadata\.name|spec\.limits)$/],
  [/^PriorityClass$/, /^value$/],
  [/^CustomResourceDefinition$/, /^spec\.versions\[\d+\]\.(?:served|storage)$/],
  [/^EndpointSlice$/, /^endpoints(?:$|\[\d+\]\.hints\.forZones\[\d+\]\.name$)/],
  [/^(?:CSI(?:Driver|Node)|DeviceClass|ResourceClaim(?:Template)?)$/, /^spec$/],
  [/^ResourceClaimTemplate$/, /^spec\.spec$/],
  [/^CSIDriver$/, /^spec\.tokenRequests\[\d+\]\.audience$/],
  [/^CSINode$/, /^spec\.drivers$/],
  [/^ControllerRevision$/, /^revision$/],
  [/^Event$/, /^involvedObject$/],
  [/./, /\.iscsi\.lun$/],
  [/./, /\.scaleIO\.secretRef$/],
  // In 1.34 the server drops what these are in, as their features are not on by default. Later ones check them.
  [/./, /\.restartPolicyRules\[\d+\]\.(?:action|exitCodes\.operator)$/],
  [/./, /\.projected\.sources\[\d+\]\.(?:clusterTrustBundle|podCertificate)\.\w+$/],
  [/^ResourceSlice$/, /^spec\.(?:pool\.generation$|devices|sharedCounters)/],
  [/^Node$/, /^spec\.configSource\./],
];

/** Groups of Kubernetes have no dot or end in k8s.io. */
const isBuiltIn = ({ apiVersion }: Resource): boolean => {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return !group.includes('.') || group.endsWith('.k8s.io');
};

/** Whether a problem of the schema is only that a field is absent or null which the API server completes. */
export function isCompletedByServer(resource: Resource, problem: SchemaProblem): boolean {
  if (!isBuiltIn(resource) || (at(resource.object, ...problem.path) || null) !== null) return false;
  const path = formatPath(problem.path);
  return OPTIONAL.some(([kind, field]) => kind.test(resource.kind) && field.test(path));
}
