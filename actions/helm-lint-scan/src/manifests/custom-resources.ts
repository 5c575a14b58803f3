import { apiGroup, type Resource } from './resource.ts';

/** Custom resources that configure something and have no pods. */
const WITHOUT_PODS =
  /(?:Monitor|Rule|Probe|Route|(?<!^Deployment)Config|Policy|Certificate|Issuer|Secret|Store|Scaler|ScaledObject|Authentication|Binding|Project|Application|ApplicationSet|Autoscaler|Class|Snapshot|Definition)$/;

/** The groups of Kubernetes itself have no dot, or end in `.k8s.io`; that of the Gateway API, whose gateways have pods, does too. */
export function isCustomResource({ apiVersion }: Resource): boolean {
  const group = apiGroup(apiVersion);
  return group.includes('.') && (!group.endsWith('.k8s.io') || group === 'gateway.networking.k8s.io');
}

/** Whether an operator may create pods for a custom resource, and with them services, accounts, secrets and claims. */
export const isPodOwner = (resource: Resource): boolean =>
  isCustomResource(resource) && !WITHOUT_PODS.test(resource.kind);
