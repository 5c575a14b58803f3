import { hasFormatIfSet } from '../checks.ts';
import type { Field, FieldErrors } from '../field.ts';
import { dnsSubdomain, type Format } from '../formats/names.ts';
import { containersOf } from './containers-of.ts';

/** Source: `validateWindowsSecurityContextOptions` and `validateWindowsHostProcessPod` in pkg/apis/core/validation/validation.go */

const MAX_SPEC_BYTES = 64 * 1024;
const MAX_DOMAIN = 255;
const MAX_USER = 104;
const NET_BIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const DOMAIN_PART = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const DNS_DOMAIN = new RegExp(`^${DOMAIN_PART}(?:\\.${DOMAIN_PART})*$`);

export function* checkWindowsOptions(options: Field): FieldErrors {
  yield* hasFormatIfSet(options.at('gmsaCredentialSpecName'), dnsSubdomain);
  const spec = options.at('gmsaCredentialSpec');
  if (spec.value === '') yield spec.invalid('gmsaCredentialSpec cannot be an empty string');
  if (Buffer.byteLength(spec.text) > MAX_SPEC_BYTES) yield spec.invalid('gmsaCredentialSpec size must be under 64 KiB');
  yield* hasFormatIfSet(options.at('runAsUserName'), userName);
}

const isControl = (character: string): boolean => character < ' ' || character === '\u007f';

const userName: Format = (text) => {
  if (text === '') return ['runAsUserName cannot be an empty string'];
  if ([...text].some(isControl)) return ['runAsUserName cannot contain control characters'];
  const parts = text.split('\\');
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash'];
  const [domain, user] = parts.length === 2 ? parts : [undefined, text];
  return [...(domain === undefined ? [] : domainProblems(domain)), ...userProblems(user ?? '')];
};

const domainProblems = (domain: string): string[] => {
  if (domain.length > MAX_DOMAIN) return ["runAsUserName's Domain length must be under 256 characters"];
  return NET_BIOS.test(domain) || DNS_DOMAIN.test(domain)
    ? []
    : ["runAsUserName's Domain doesn't match the NetBios nor the DNS format"];
};

const userProblems = (user: string): string[] => {
  if (user === '') return ["runAsUserName's User cannot be empty"];
  if (user.length > MAX_USER) return ["runAsUserName's User length must not be longer than 104 characters"];
  if (/^[. ]+$/.test(user)) return ["runAsUserName's User cannot contain only periods or spaces"];
  return /["/\\:;|=,+*?<>@[\]]/.test(user)
    ? ['runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]']
    : [];
};

/** The containers of a pod are all processes of the host, or none is. */
export function* checkHostProcesses(pod: Field): FieldErrors {
  const ofPod = pod.at('securityContext', 'windowsOptions', 'hostProcess');
  const containers = containersOf(pod).map((container) =>
    container.at('securityContext', 'windowsOptions', 'hostProcess'),
  );
  for (const field of containers)
    if (ofPod.isSet && field.isSet && field.value !== ofPod.value)
      yield field.invalid(`pod hostProcess value must be identical if both are specified, was ${ofPod.value}`);
  const count = containers.filter((field) => (field.isSet ? field : ofPod).isTrue).length;
  if (count === 0) return;
  if (count < containers.length)
    yield pod.invalid('If pod contains any hostProcess containers then all containers must be HostProcess containers');
  if (!pod.at('hostNetwork').isTrue)
    yield pod
      .at('hostNetwork')
      .invalid(
        'hostNetwork must be true if pod contains any hostProcess containers',
        pod.at('hostNetwork').value ?? false,
      );
}
