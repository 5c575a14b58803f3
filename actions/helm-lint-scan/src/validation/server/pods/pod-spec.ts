import {
  areUnique,
  hasFormat,
  hasFormatIfSet,
  isBetween,
  isExactlyOneOf,
  isIpAddress,
  isOneOf,
  isRequired,
  MAX_INT32,
} from '../checks.ts';
import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { dnsLabel, dnsSubdomain, dnsSubdomainWithUnderscore, qualifiedName } from '../formats/names.ts';
import { checkAnnotations, checkLabels } from '../selectors.ts';
import { checkPodAnnotations } from './annotations.ts';
import { checkContainers } from './containers.ts';
import { containersOf } from './containers-of.ts';
import { checkOperatingSystem } from './operating-system.ts';
import { checkPodResources } from './pod-resources.ts';
import { checkPodClaims } from './resource-claims.ts';
import { checkAmounts, containerResourceName, FIRST_WITH_CLAIMS } from './resources.ts';
import { checkAffinity, checkTolerations, checkTopologySpread } from './scheduling.ts';
import { checkPodSecurityContext } from './security-context.ts';
import { checkVolumes } from './volumes.ts';
import { checkHostProcesses } from './windows-options.ts';

/** What a workload adds to the pods of its template. */
export interface TemplateOptions extends ServerContext {
  /** The names of the volumes that a StatefulSet's claims become. */
  claims?: readonly string[];
  /** Whether it is the template of a StatefulSet, which sets the host names of its pods. */
  namesHosts?: boolean;
}

const DEFAULT_GRACE_PERIOD = 30;

/** Source: `ValidatePodTemplateSpec` in pkg/apis/core/validation/validation.go */
export function* checkPodTemplate(template: Field, options: TemplateOptions): FieldErrors {
  yield* checkLabels(template.at('metadata', 'labels'));
  yield* checkAnnotations(template.at('metadata', 'annotations'));
  yield* checkPodSpec(template.at('spec'), options);
  yield* checkPodAnnotations(template.at('metadata', 'annotations'), template.at('spec'));
  const ephemeral = template.at('spec', 'ephemeralContainers');
  if (ephemeral.items.length > 0) yield ephemeral.forbidden('ephemeral containers not allowed in pod template');
}

/** Source: `ValidatePodSpec` */
export function* checkPodSpec(pod: Field, options: TemplateOptions): FieldErrors {
  const volumes = pod.at('volumes');
  const names = new Map<string, Field | undefined>(volumes.items.map((volume) => [volume.at('name').text, volume]));
  for (const claim of options.claims ?? []) names.set(claim, undefined);
  const gracePeriod = pod.at('terminationGracePeriodSeconds').number ?? DEFAULT_GRACE_PERIOD;
  const claims = pod.at('resourceClaims').items.map((claim) => claim.at('name').text);
  yield* checkVolumes(volumes, options);
  if (options.minor >= FIRST_WITH_CLAIMS) yield* checkPodClaims(pod.at('resourceClaims'));
  yield* checkContainers(pod, {
    minor: options.minor,
    volumes: names,
    // A negative period counts as 1; the server warns only.
    gracePeriod: gracePeriod < 0 ? 1 : gracePeriod,
    hostUsers: pod.at('hostUsers').value !== false,
    hostNetwork: pod.at('hostNetwork').isTrue,
    restartPolicy: pod.at('restartPolicy').text || 'Always',
    claims: new Set(claims.filter((name) => name !== '')),
  });
  yield* checkPodResources(pod, options);
  yield* checkHostProcesses(pod);
  yield* checkOperatingSystem(pod, options);
  yield* checkEnumerations(pod);
  yield* checkNames(pod, options);
  yield* checkLabels(pod.at('nodeSelector'));
  yield* isBetween(pod.at('activeDeadlineSeconds'), [1, MAX_INT32]);
  yield* checkPodSecurityContext(pod.at('securityContext'), pod, options);
  yield* checkHostUsers(pod, options);
  yield* checkDns(pod, options);
  yield* checkGates(pod);
  yield* checkAmounts(pod.at('overhead'), containerResourceName);
  yield* checkAffinity(pod.at('affinity'));
  yield* checkTolerations(pod.at('tolerations'));
  yield* checkTopologySpread(pod.at('topologySpreadConstraints'), options);
  yield* checkHostAliases(pod.at('hostAliases'), options);
}

function* checkEnumerations(pod: Field): FieldErrors {
  yield* isOneOf(pod.at('restartPolicy'), ['Always', 'OnFailure', 'Never']);
  yield* isOneOf(pod.at('dnsPolicy'), ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']);
  yield* isExactlyOneOf(pod.at('preemptionPolicy'), ['PreemptLowerPriority', 'Never']);
  yield* isExactlyOneOf(pod.at('os', 'name'), ['linux', 'windows']);
}

function* checkNames(pod: Field, { minor, namesHosts = false }: TemplateOptions): FieldErrors {
  for (const key of ['serviceAccountName', 'nodeName', 'priorityClassName'])
    yield* hasFormat(pod.at(key), dnsSubdomain);
  yield* hasFormatIfSet(pod.at('runtimeClassName'), dnsSubdomain);
  if (!namesHosts) for (const key of ['hostname', 'subdomain']) yield* hasFormat(pod.at(key), dnsLabel);
  if (minor >= FIRST_WITH_HOSTNAME_OVERRIDE) yield* checkHostnameOverride(pod);
}

/** From this version on HostnameOverride is on by default. Before, the server drops the field. */
const FIRST_WITH_HOSTNAME_OVERRIDE = 35;
const MAX_HOSTNAME = 64;

/** Source: `validatePodHostName` */
function* checkHostnameOverride(pod: Field): FieldErrors {
  const name = pod.at('hostnameOverride');
  if (!name.isSet) return;
  for (const key of ['setHostnameAsFQDN', 'hostNetwork'])
    if (pod.at(key).isTrue) yield name.forbidden(`may not be specified when ${key} is true`);
  if (name.text.length > MAX_HOSTNAME) yield name.tooLong(MAX_HOSTNAME);
  yield* hasFormatIfSet(name, dnsSubdomain);
}

/** From this version on UserNamespacesSupport is on by default. Before, the server drops the field. */
const FIRST_WITH_USERS = 33;
/** From this version on a pod with users of its own may have no block devices. */
const FIRST_WITHOUT_USER_DEVICES = 34;

/** Source: `validateHostUsers`. UserNamespacesHostNetworkSupport is off by default up to 1.37. */
function* checkHostUsers(pod: Field, { minor }: ServerContext): FieldErrors {
  if (pod.at('hostUsers').value !== false || minor < FIRST_WITH_USERS) return;
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC'])
    if (pod.at(key).isTrue) yield pod.at(key).forbidden('when `hostUsers` is false');
  if (minor < FIRST_WITHOUT_USER_DEVICES) return;
  for (const devices of containersOf(pod).map((container) => container.at('volumeDevices')))
    if (devices.items.length > 0) yield devices.forbidden('when `hostUsers` is false');
}

const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARACTERS = 2048;

/** Source: `validatePodDNSConfig` */
function* checkDns(pod: Field, context: ServerContext): FieldErrors {
  const config = pod.at('dnsConfig');
  const servers = config.at('nameservers');
  if (pod.at('dnsPolicy').text === 'None') {
    if (!config.isSet) return yield config.required('must provide `dnsConfig` when `dnsPolicy` is None');
    if (servers.items.length === 0)
      return yield servers.required('must provide at least one DNS nameserver when `dnsPolicy` is None');
  }
  if (servers.items.length > MAX_NAMESERVERS)
    yield servers.invalid(`must not have more than ${MAX_NAMESERVERS} nameservers`);
  for (const server of servers.items) yield* isIpAddress(server, context);
  const searches = config.at('searches');
  if (searches.items.length > MAX_SEARCHES)
    yield searches.invalid(`must not have more than ${MAX_SEARCHES} search paths`);
  if (searches.texts.join(' ').length > MAX_SEARCH_CHARACTERS)
    yield searches.invalid(
      `must not have more than ${MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list`,
    );
  for (const search of searches.items)
    if (search.text !== '.')
      yield* hasFormatIfSet(search, (text) => dnsSubdomainWithUnderscore(text.replace(/\.$/, '')));
  for (const option of config.at('options').items) yield* isRequired(option.at('name'), 'must not be empty');
}

function* checkGates(pod: Field): FieldErrors {
  for (const gate of pod.at('readinessGates').items)
    for (const problem of qualifiedName(gate.at('conditionType').text)) yield gate.at('conditionType').invalid(problem);
  const gates = pod.at('schedulingGates').items.map((gate) => gate.at('name'));
  for (const gate of gates) for (const problem of qualifiedName(gate.text)) yield gate.invalid(problem);
  yield* areUnique(gates);
}

function* checkHostAliases(aliases: Field, context: ServerContext): FieldErrors {
  for (const alias of aliases.items) {
    yield* isIpAddress(alias.at('ip'), context);
    for (const name of alias.at('hostnames').items)
      for (const problem of dnsSubdomain(name.text)) yield name.invalid(problem);
  }
}
