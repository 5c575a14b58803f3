import { areUnique, hasFormatIfSet, isEmptyList, isMissing, isOneOf, isRequired, isRequiredName } from '../checks.ts';
import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { dnsLabel, dnsSubdomain, type Format, labelValue, qualifiedName } from '../formats/names.ts';
import { isDriverName } from '../pods/legacy-volumes.ts';
import { checkAnnotations, checkLabels } from '../selectors.ts';

/**
 * Claims of devices (dynamic resource allocation), in the form that they have from resource.k8s.io/v1beta2 on. Their
 * expressions are left to the API server. Source: pkg/apis/resource/validation/validation.go
 */

const MAX_REQUESTS = 32;
const MAX_SELECTORS = 32;
const MAX_ALTERNATIVES = 8;

export function* checkResourceClaim(claim: Field): FieldErrors {
  yield* checkDevices(claim.at('spec', 'devices'));
}

export function* checkResourceClaimTemplate(template: Field): FieldErrors {
  const metadata = template.at('spec', 'metadata');
  yield* checkLabels(metadata.at('labels'));
  yield* checkAnnotations(metadata.at('annotations'));
  yield* checkDevices(template.at('spec', 'spec', 'devices'));
}

/** From this version on taints of devices are checked: DRADeviceTaints is on by default. Before, the server drops them. */
const FIRST_WITH_DEVICE_TAINTS = 36;
const TAINT_EFFECTS = ['NoExecute', 'NoSchedule', 'None'];

/** Source: `validateDeviceTaint` */
export function* checkResourceSlice(slice: Field, { minor }: ServerContext): FieldErrors {
  if (minor < FIRST_WITH_DEVICE_TAINTS) return;
  for (const taint of slice.at('spec', 'devices').items.flatMap((device) => device.at('taints').items)) {
    for (const problem of qualifiedName(taint.at('key').text)) yield taint.at('key').invalid(problem);
    yield* hasFormatIfSet(taint.at('value'), labelValue);
    yield* isRequired(taint.at('effect'));
    if (!isMissing(taint.at('effect'))) yield* isOneOf(taint.at('effect'), TAINT_EFFECTS);
  }
}

function* checkDevices(devices: Field): FieldErrors {
  const requests = devices.at('requests');
  if (requests.items.length > MAX_REQUESTS) yield requests.tooMany(MAX_REQUESTS);
  for (const request of requests.items) yield* checkRequest(request);
  yield* areUnique(requests.items.map((request) => request.at('name')));
  const names = namesOf(requests);
  for (const constraint of devices.at('constraints').items) {
    yield* areRequests(constraint.at('requests'), names);
    const attribute = constraint.at('matchAttribute');
    if (attribute.isSet) for (const problem of attributeName(attribute.text)) yield attribute.invalid(problem);
    else if (!constraint.at('distinctAttribute').isSet) yield attribute.required();
  }
  for (const config of devices.at('config').items) {
    yield* areRequests(config.at('requests'), names);
    yield* checkConfig(config);
  }
}

/** The names of requests, and of their alternatives: `gpu/large`. */
const namesOf = (requests: Field): ReadonlySet<string> =>
  new Set(
    requests.items.flatMap((request) => {
      const name = request.at('name').text;
      return [name, ...request.at('firstAvailable').items.map((item) => `${name}/${item.at('name').text}`)];
    }),
  );

function* areRequests(references: Field, names: ReadonlySet<string>): FieldErrors {
  for (const reference of references.items)
    if (!names.has(reference.text))
      yield reference.invalid(
        "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
      );
  yield* areUnique(references.items);
}

function* checkRequest(request: Field): FieldErrors {
  const [exactly, alternatives] = [request.at('exactly'), request.at('firstAvailable')];
  for (const problem of dnsLabel(request.at('name').text)) yield request.at('name').invalid(problem);
  if (exactly.isSet && !isEmptyList(alternatives))
    yield request.invalid('exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set');
  if (!exactly.isSet && isEmptyList(alternatives))
    yield request.required('exactly one of `exactly` or `firstAvailable` is required');
  if (exactly.isSet) yield* checkDeviceRequest(exactly);
  if (alternatives.items.length > MAX_ALTERNATIVES) yield alternatives.tooMany(MAX_ALTERNATIVES);
  for (const alternative of alternatives.items) {
    for (const problem of dnsLabel(alternative.at('name').text)) yield alternative.at('name').invalid(problem);
    yield* checkDeviceRequest(alternative);
  }
  yield* areUnique(alternatives.items.map((alternative) => alternative.at('name')));
}

function* checkDeviceRequest(request: Field): FieldErrors {
  const [mode, count] = [request.at('allocationMode'), request.at('count')];
  yield* isRequiredName(request.at('deviceClassName'), dnsSubdomain);
  yield* checkSelectors(request.at('selectors'));
  if (mode.text === 'All') {
    if ((count.number ?? 0) !== 0) yield count.invalid("must not be specified when allocationMode is 'All'");
  } else if (isMissing(mode) || mode.text === 'ExactCount') {
    // Without a count it is 1.
    if ((count.number ?? 0) < 0) yield count.invalid('must be greater than zero');
  } else yield mode.unsupported(['All', 'ExactCount']);
}

function* checkSelectors(selectors: Field): FieldErrors {
  if (selectors.items.length > MAX_SELECTORS) yield selectors.tooMany(MAX_SELECTORS);
  for (const selector of selectors.items) if (!selector.at('cel').isSet) yield selector.at('cel').required();
}

/** `driver.example.com/name` */
const attributeName: Format = (text) => {
  const slash = text.indexOf('/');
  if (slash < 0) return ['must include a domain'];
  const [domain, name] = [text.slice(0, slash), text.slice(slash + 1)];
  if (!/^[_a-zA-Z]\w*$/.test(name)) return ['the name must be a valid C identifier'];
  return dnsSubdomain(domain);
};

function* checkConfig(config: Field): FieldErrors {
  const opaque = config.at('opaque');
  if (!opaque.isSet) return yield opaque.required();
  yield* isDriverName(opaque.at('driver'));
  if (!opaque.at('parameters').isSet) yield opaque.at('parameters').required();
}

const extendedName: Format = (name) => {
  const isNative = !name.includes('/') || name.includes('kubernetes.io/');
  if (isNative || name.startsWith('requests.')) return ['must be a valid extended resource name'];
  return qualifiedName(`requests.${name}`).length === 0 ? [] : ['must be a valid extended resource name'];
};

export function* checkDeviceClass(deviceClass: Field): FieldErrors {
  const spec = deviceClass.at('spec');
  yield* checkSelectors(spec.at('selectors'));
  for (const config of spec.at('config').items) yield* checkConfig(config);
  yield* hasFormatIfSet(spec.at('extendedResourceName'), extendedName);
}
