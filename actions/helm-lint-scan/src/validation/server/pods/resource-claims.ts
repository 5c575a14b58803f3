import { isMissing } from '../checks.ts';
import type { Field, FieldErrors } from '../field.ts';
import { dnsLabel, dnsSubdomain } from '../formats/names.ts';

/** Devices that a pod claims. Source: `validatePodResourceClaim` and `validateResourceClaimNames` in pkg/apis/core/validation/validation.go */

export function* checkPodClaims(claims: Field): FieldErrors {
  const seen = new Set<string>();
  for (const claim of claims.items) {
    const [name, direct, template] = [
      claim.at('name'),
      claim.at('resourceClaimName'),
      claim.at('resourceClaimTemplateName'),
    ];
    if (isMissing(name)) yield name.required();
    else if (seen.has(name.text)) yield name.duplicate();
    else for (const problem of dnsLabel(name.text)) yield name.invalid(problem);
    seen.add(name.text);
    if (direct.isSet && template.isSet)
      yield claim.invalid('at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified');
    if (!direct.isSet && !template.isSet)
      yield claim.invalid('must specify one of: `resourceClaimName`, `resourceClaimTemplateName`');
    for (const reference of [direct, template])
      if (reference.isSet) for (const problem of dnsSubdomain(reference.text)) yield reference.invalid(problem);
  }
}

/** @param known the names of the pod's claims */
export function* checkContainerClaims(claims: Field, known: ReadonlySet<string>): FieldErrors {
  const seen = new Set<string>();
  for (const claim of claims.items) {
    const [name, request] = [claim.at('name'), claim.at('request')];
    if (isMissing(name)) {
      yield name.required();
      continue;
    }
    const key = isMissing(request) ? name.text : `${name.text}/${request.text}`;
    const isWhole = key === name.text;
    if (seen.has(name.text) || seen.has(key) || (isWhole && [...seen].some((other) => other.startsWith(`${key}/`))))
      yield claim.duplicate(key);
    seen.add(key);
    if (!isWhole) for (const problem of dnsLabel(request.text)) yield request.invalid(problem);
    if (!known.has(name.text))
      yield name.notFound(`must be one of the names in pod.spec.resourceClaims${listed(known)}`);
  }
}

const listed = (names: ReadonlySet<string>): string =>
  names.size === 0 ? ' which is empty' : `: ${[...names].sort().join(', ')}`;
