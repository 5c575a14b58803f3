import { isMissing } from '../checks.ts';
import type { Field, FieldErrors } from '../field.ts';
import { dnsLabel, dnsSubdomain } from './names.ts';

/** `example.com/signer-name`. Source: `ValidateSignerName` in pkg/apis/core/validation/names.go */
export function* checkSignerName(name: Field): FieldErrors {
  if (isMissing(name)) return yield name.required();
  const segments = name.text.split('/');
  const [domain = '', path = ''] = segments;
  if (segments.length !== 2)
    return yield name.invalid("must be a fully qualified domain and path of the form 'example.com/signer-name'");
  const labels = domain.split('.');
  for (const problem of labels.flatMap(dnsLabel).slice(0, 1)) yield name.invalid(problem);
  if (labels.length < 2) yield name.invalid('should be a domain with at least two segments separated by dots');
  for (const problem of path.split('.').flatMap(dnsSubdomain).slice(0, 1)) yield name.invalid(problem);
}
