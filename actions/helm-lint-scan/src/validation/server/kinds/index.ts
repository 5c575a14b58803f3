import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { checkAutoscaler, checkDisruptionBudget } from './autoscaling.ts';
import { checkClaim } from './claims.ts';
import { checkCsiDriver, checkPriorityClass, checkRuntimeClass, checkStorageClass } from './classes.ts';
import { checkConfigMap, checkSecret } from './config.ts';
import { checkDefinition } from './definitions.ts';
import { checkCronJob, checkJob } from './jobs.ts';
import { checkLimitRange, checkResourceQuota } from './limits.ts';
import { checkNamespace } from './namespaces.ts';
import { checkEndpointSlice, checkIngress, checkIngressClass, checkNetworkPolicy } from './networking.ts';
import { checkPersistentVolume } from './persistent-volumes.ts';
import { checkClusterRole, checkClusterRoleBinding, checkRole, checkRoleBinding } from './rbac.ts';
import { checkService } from './service.ts';
import { checkAdmissionPolicy, checkAdmissionPolicyBinding, checkWebhooks } from './webhooks.ts';
import {
  checkDaemonSet,
  checkDeployment,
  checkPod,
  checkPodTemplateObject,
  checkReplicaSet,
  checkReplicationController,
  checkStatefulSet,
} from './workloads.ts';

/** The rules of a kind, by API version and kind. Its metadata has rules of its own. */
export const kindChecks: Readonly<Record<string, (object: Field, context: ServerContext) => FieldErrors>> = {
  'v1/ConfigMap': checkConfigMap,
  'v1/LimitRange': checkLimitRange,
  'v1/Namespace': checkNamespace,
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
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy': checkAdmissionPolicy,
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding': checkAdmissionPolicyBinding,
  'apiextensions.k8s.io/v1/CustomResourceDefinition': checkDefinition,
  'apps/v1/DaemonSet': checkDaemonSet,
  'apps/v1/Deployment': checkDeployment,
  'apps/v1/ReplicaSet': checkReplicaSet,
  'apps/v1/StatefulSet': checkStatefulSet,
  'autoscaling/v1/HorizontalPodAutoscaler': checkAutoscaler,
  'autoscaling/v2/HorizontalPodAutoscaler': checkAutoscaler,
  'batch/v1/CronJob': checkCronJob,
  'batch/v1/Job': checkJob,
  'discovery.k8s.io/v1/EndpointSlice': checkEndpointSlice,
  'networking.k8s.io/v1/Ingress': checkIngress,
  'networking.k8s.io/v1/IngressClass': checkIngressClass,
  'networking.k8s.io/v1/NetworkPolicy': checkNetworkPolicy,
  'node.k8s.io/v1/RuntimeClass': checkRuntimeClass,
  'policy/v1/PodDisruptionBudget': checkDisruptionBudget,
  'rbac.authorization.k8s.io/v1/ClusterRole': checkClusterRole,
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': checkClusterRoleBinding,
  'rbac.authorization.k8s.io/v1/Role': checkRole,
  'rbac.authorization.k8s.io/v1/RoleBinding': checkRoleBinding,
  'scheduling.k8s.io/v1/PriorityClass': checkPriorityClass,
  'storage.k8s.io/v1/CSIDriver': checkCsiDriver,
  'storage.k8s.io/v1/StorageClass': checkStorageClass,
};
