import { isData } from '../../../data.ts';
import {
  areUnique,
  hasFormat,
  hasFormatIfSet,
  isEmptyList,
  isMissing,
  isNotNegative,
  isPort,
  isRequired,
  isRequiredName,
} from '../checks.ts';
import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { ambiguousNetwork, parseNetwork } from '../formats/addresses.ts';
import { dns1035Label, dnsSubdomain, labelValue, pathSegment, qualifiedName } from '../formats/names.ts';
import { checkSignerName } from '../formats/signers.ts';

/** Kinds of the cluster itself, which charts of operators and of add-ons have. */

/** Source: kube-aggregator/pkg/apis/apiregistration/validation/validation.go */
export function* checkApiService(apiService: Field): FieldErrors {
  const [spec, name] = [apiService.at('spec'), apiService.at('metadata', 'name')];
  const [group, version, service] = [spec.at('group'), spec.at('version'), spec.at('service')];
  const expected = `${version.text}.${group.text}`;
  if (!isMissing(name) && name.text !== expected)
    yield name.invalid(`must be \`spec.version+"."+spec.group\`: "${expected}"`);
  if (isMissing(group) && version.text !== 'v1') yield group.required('only v1 may have an empty group');
  yield* hasFormat(group, dnsSubdomain);
  for (const problem of dns1035Label(version.text)) yield version.invalid(problem);
  yield* isPriority(spec.at('groupPriorityMinimum'), 20_000);
  yield* isPriority(spec.at('versionPriority'), 1000);
  const [skips, bundle] = [spec.at('insecureSkipTLSVerify'), spec.at('caBundle')];
  if (!service.isSet) {
    if (bundle.text !== '') yield bundle.invalid('local APIServices may not have a caBundle');
    if (skips.isTrue) yield skips.invalid('local APIServices may not have insecureSkipTLSVerify');
    return;
  }
  for (const key of ['namespace', 'name']) yield* isRequired(service.at(key));
  yield* isPort(service.at('port'));
  if (skips.isTrue && bundle.text !== '') yield skips.invalid('may not be true if caBundle is present');
}

/** Absent it is 0. */
function* isPriority(field: Field, max: number): FieldErrors {
  const number = field.isSet ? field.number : 0;
  if (number !== undefined && (number <= 0 || number > max))
    yield field.invalid(`must be positive and less than ${max}`, number);
}

const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];
const MIN_CERTIFICATE_SECONDS = 600;

/** The request itself is not opened. Source: pkg/apis/certificates/validation/validation.go */
export function* checkSigningRequest(signing: Field): FieldErrors {
  const spec = signing.at('spec');
  const [request, usages, seconds] = [spec.at('request'), spec.at('usages'), spec.at('expirationSeconds')];
  if (!Buffer.from(request.text, 'base64').toString().includes('-----BEGIN CERTIFICATE REQUEST-----'))
    yield request.invalid('PEM block type must be CERTIFICATE REQUEST');
  if (isEmptyList(usages)) yield usages.required();
  for (const usage of usages.items) if (!USAGES.includes(usage.text)) yield usage.unsupported(USAGES);
  yield* areUnique(usages.items);
  if (spec.at('signerName').text === 'kubernetes.io/legacy-unknown')
    yield spec.at('signerName').invalid('the legacy signerName is not allowed via this API version');
  else yield* checkSignerName(spec.at('signerName'));
  if ((seconds.number ?? MIN_CERTIFICATE_SECONDS) < MIN_CERTIFICATE_SECONDS)
    yield seconds.invalid('may not specify a duration less than 600 seconds (10 minutes)');
}

/** Source: pkg/apis/coordination/validation/validation.go */
export function* checkLease(lease: Field): FieldErrors {
  const spec = lease.at('spec');
  const [seconds, strategy, holder] = [
    spec.at('leaseDurationSeconds'),
    spec.at('strategy'),
    spec.at('preferredHolder'),
  ];
  if ((seconds.number ?? 1) <= 0) yield seconds.invalid('must be greater than 0');
  yield* isNotNegative(spec.at('leaseTransitions'));
  if (strategy.isSet) {
    if (strategy.text.includes('/')) yield* hasFormatIfSet(strategy, qualifiedName);
    else if (strategy.text !== 'OldestEmulationVersion') yield strategy.unsupported(['OldestEmulationVersion']);
  }
  if (!isMissing(holder) && isMissing(strategy))
    yield holder.forbidden('may only be specified if `strategy` is defined');
}

/** Source: `validateIPAddressParentReference` in pkg/apis/networking/validation/validation.go */
export function* checkIpAddress(address: Field): FieldErrors {
  const parent = address.at('spec', 'parentRef');
  if (!parent.isSet) return yield parent.required();
  yield* hasFormat(parent.at('group'), dnsSubdomain);
  for (const key of ['resource', 'name']) yield* isRequiredName(parent.at(key), pathSegment);
  yield* hasFormat(parent.at('namespace'), pathSegment);
}

/** When the strict validation of ranges began was not compared. */
const FIRST_WITH_STRICT_RANGES = 34;

/** Source: `validateServiceCIDRSpec` in pkg/apis/networking/validation/validation.go */
export function* checkServiceCidr(range: Field, { minor }: ServerContext): FieldErrors {
  const cidrs = range.at('spec', 'cidrs');
  if (isEmptyList(cidrs)) return yield cidrs.required('at least one CIDR required');
  if (cidrs.items.length > 2) return yield cidrs.invalid('may only hold up to 2 values');
  const networks = cidrs.items.map((cidr) => parseNetwork(cidr.text));
  for (const [index, cidr] of cidrs.items.entries())
    if (networks[index] === undefined)
      yield cidr.invalid('must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)');
    else if (minor >= FIRST_WITH_STRICT_RANGES)
      for (const problem of ambiguousNetwork(cidr.text)) yield cidr.invalid(problem);
  const [first, second] = networks;
  if (first !== undefined && first.family === second?.family)
    yield cidrs.invalid('may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64');
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** Source: `validateNodeTaints` in pkg/apis/core/validation/validation.go */
export function* checkNode(node: Field): FieldErrors {
  const seen = new Set<string>();
  for (const taint of node.at('spec', 'taints').items) {
    const [key, value, effect] = [taint.at('key'), taint.at('value'), taint.at('effect')];
    for (const problem of qualifiedName(key.text)) yield key.invalid(problem);
    yield* hasFormat(value, labelValue);
    yield* isRequired(effect);
    if (!isMissing(effect) && !EFFECTS.includes(effect.text)) yield effect.unsupported(EFFECTS);
    const pair = `${key.text} ${effect.text}`;
    if (seen.has(pair)) yield taint.duplicate(pair);
    seen.add(pair);
  }
}

/** Source: `ValidateControllerRevisionCreate` in pkg/apis/apps/validation/validation.go */
export function* checkRevision(revision: Field): FieldErrors {
  const data = revision.at('data');
  if (!data.isSet) yield data.required('data is mandatory');
  else if (!isData(data.value)) yield data.required('data must be a valid JSON object');
  yield* isNotNegative(revision.at('revision'));
}
