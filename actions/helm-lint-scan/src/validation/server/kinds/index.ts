import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { checkAutoscaler, checkDisruptionBudget } from './autoscaling.ts';
import { checkClaim } from './claims.ts';
import { checkPriorityClass, checkRuntimeClass } from './classes.ts';
import {
  checkApiService,
  checkIpAddress,
  checkLease,
  checkNode,
  checkRevision,
  checkServiceCidr,
  checkSigningRequest,
} from './cluster.ts';
import { checkConfigMap, checkSecret } from './config.ts';
import { checkDefinition } from './definitions.ts';
import { checkDeviceClass, checkResourceClaim, checkResourceClaimTemplate, checkResourceSlice } from './devices.ts';
import { checkEndpointSlice, checkEndpoints } from './endpoints.ts';
import { checkFlowSchema, checkPriorityLevel } from './flow-control.ts';
import { checkCronJob, checkJob } from './jobs.ts';
import { checkLimitRange, checkResourceQuota } from './limits.ts';
import { checkNamespace } from './namespaces.ts';
import { checkIngress, checkIngressClass, checkNetworkPolicy } from './networking.ts';
import { checkPersistentVolume } from './persistent-volumes.ts';
import {
  checkMutatingBinding,
  checkMutatingPolicy,
  checkValidatingBinding,
  checkValidatingPolicy,
} from './policies.ts';
import { checkClusterRole, checkClusterRoleBinding, checkRole, checkRoleBinding } from './rbac.ts';
import { checkService } from './service.ts';
import {
  checkCsiDriver,
  checkCsiNode,
  checkStorageCapacity,
  checkStorageClass,
  checkVolumeAttachment,
  checkVolumeAttributesClass,
} from './storage.ts';
import { checkWebhooks } from './webhooks.ts';
import {
  checkDaemonSet,
  checkDeployment,
  checkPod,
  checkPodTemplateObject,
  checkReplicaSet,
  checkReplicationController,
  checkStatefulSet,
} from './workloads.ts';

type Check = (object: Field, context: ServerContext) => FieldErrors;

/** Kinds that have the same fields in several versions of their group. */
const served = (
  group: string,
  versions: readonly string[],
  checks: Readonly<Record<string, Check>>,
): Record<string, Check> =>
  Object.fromEntries(
    versions.flatMap((version) =>
      Object.entries(checks).map(([kind, check]) => [`${group}/${version}/${kind}`, check]),
    ),
  );

/** The rules of a kind, by API version and kind. Its metadata has rules of its own. */
export const kindChecks: Readonly<Record<string, Check>> = {
  'v1/ConfigMap': checkConfigMap,
  'v1/Endpoints': checkEndpoints,
  'v1/LimitRange': checkLimitRange,
  'v1/Namespace': checkNamespace,
  'v1/Node': checkNode,
  'v1/PersistentVolume': checkPersistentVolume,
  'v1/PersistentVolumeClaim': checkClaim,
  'v1/Pod': checkPod,
  'v1/PodTemplate': checkPodTemplateObject,
  'v1/ReplicationController': checkReplicationController,
  'v1/ResourceQuota': checkResourceQuota,
  'v1/Secret': checkSecret,
  'v1/Service': checkService,
  'admissionregistration.k8s.io/v1/MutatingWebhookConfiguration': checkWebhooks,
  'admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration': checkWebhooks,
  ...served('admissionregistration.k8s.io', ['v1beta1', 'v1'], {
    MutatingAdmissionPolicy: checkMutatingPolicy,
    MutatingAdmissionPolicyBinding: checkMutatingBinding,
    ValidatingAdmissionPolicy: checkValidatingPolicy,
    ValidatingAdmissionPolicyBinding: checkValidatingBinding,
  }),
  'apiextensions.k8s.io/v1/CustomResourceDefinition': checkDefinition,
  'apiregistration.k8s.io/v1/APIService': checkApiService,
  'apps/v1/ControllerRevision': checkRevision,
  'apps/v1/DaemonSet': checkDaemonSet,
  'apps/v1/Deployment': checkDeployment,
  'apps/v1/ReplicaSet': checkReplicaSet,
  'apps/v1/StatefulSet': checkStatefulSet,
  'autoscaling/v1/HorizontalPodAutoscaler': checkAutoscaler,
  'autoscaling/v2/HorizontalPodAutoscaler': checkAutoscaler,
  'batch/v1/CronJob': checkCronJob,
  'batch/v1/Job': checkJob,
  'certificates.k8s.io/v1/CertificateSigningRequest': checkSigningRequest,
  'coordination.k8s.io/v1/Lease': checkLease,
  'discovery.k8s.io/v1/EndpointSlice': checkEndpointSlice,
  ...served('flowcontrol.apiserver.k8s.io', ['v1beta3', 'v1'], {
    FlowSchema: checkFlowSchema,
    PriorityLevelConfiguration: checkPriorityLevel,
  }),
  'networking.k8s.io/v1/Ingress': checkIngress,
  'networking.k8s.io/v1/IngressClass': checkIngressClass,
  'networking.k8s.io/v1/NetworkPolicy': checkNetworkPolicy,
  ...served('networking.k8s.io', ['v1beta1', 'v1'], { IPAddress: checkIpAddress, ServiceCIDR: checkServiceCidr }),
  'node.k8s.io/v1/RuntimeClass': checkRuntimeClass,
  'policy/v1/PodDisruptionBudget': checkDisruptionBudget,
  'rbac.authorization.k8s.io/v1/ClusterRole': checkClusterRole,
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': checkClusterRoleBinding,
  'rbac.authorization.k8s.io/v1/Role': checkRole,
  'rbac.authorization.k8s.io/v1/RoleBinding': checkRoleBinding,
  ...served('resource.k8s.io', ['v1beta2', 'v1'], {
    DeviceClass: checkDeviceClass,
    ResourceClaim: checkResourceClaim,
    ResourceClaimTemplate: checkResourceClaimTemplate,
    ResourceSlice: checkResourceSlice,
  }),
  'scheduling.k8s.io/v1/PriorityClass': checkPriorityClass,
  'storage.k8s.io/v1/CSIDriver': checkCsiDriver,
  'storage.k8s.io/v1/CSINode': checkCsiNode,
  'storage.k8s.io/v1/CSIStorageCapacity': checkStorageCapacity,
  'storage.k8s.io/v1/StorageClass': checkStorageClass,
  'storage.k8s.io/v1/VolumeAttachment': checkVolumeAttachment,
  ...served('storage.k8s.io', ['v1beta1', 'v1'], { VolumeAttributesClass: checkVolumeAttributesClass }),
};
