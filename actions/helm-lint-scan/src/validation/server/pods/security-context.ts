import { areUnique, isBetween, isExactlyOneOf, isMissing, isOneOf, MAX_INT32 } from '../checks.ts';
import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { relativePath } from '../formats/names.ts';

/** Source: `validatePodSpecSecurityContext` and `ValidateSecurityContext` in pkg/apis/core/validation/validation.go */

const IDS = [0, MAX_INT32] as const;

export function* checkPodSecurityContext(context: Field, pod: Field, { minor }: ServerContext): FieldErrors {
  if (pod.at('hostPID').isTrue && pod.at('shareProcessNamespace').isTrue)
    yield pod.at('shareProcessNamespace').invalid('ShareProcessNamespace and HostPID cannot both be enabled');
  for (const key of ['fsGroup', 'runAsUser', 'runAsGroup']) yield* isBetween(context.at(key), IDS);
  for (const group of context.at('supplementalGroups').items) yield* isBetween(group, IDS);
  yield* checkSysctls(context.at('sysctls'));
  yield* isExactlyOneOf(context.at('fsGroupChangePolicy'), ['Always', 'OnRootMismatch']);
  if (minor >= 33) yield* isOneOf(context.at('supplementalGroupsPolicy'), ['Merge', 'Strict']);
  yield* checkProfiles(context);
}

const SYSCTL = /^[a-z0-9]([-_a-z0-9]*[a-z0-9])?([./][a-z0-9]([-_a-z0-9]*[a-z0-9])?)*$/;
const MAX_SYSCTL_LENGTH = 253;

function* checkSysctls(sysctls: Field): FieldErrors {
  const names = sysctls.items.map((sysctl) => sysctl.at('name'));
  for (const name of names) {
    if (isMissing(name)) yield name.required();
    else if (name.text.length > MAX_SYSCTL_LENGTH || !SYSCTL.test(name.text))
      yield name.invalid(`must have at most ${MAX_SYSCTL_LENGTH} characters, and lower case parts between dots`);
  }
  yield* areUnique(names);
}

/** @param hostUsers whether the pod uses the users of its node */
export function* checkSecurityContext(context: Field, hostUsers: boolean): FieldErrors {
  for (const key of ['runAsUser', 'runAsGroup']) yield* isBetween(context.at(key), IDS);
  const procMount = context.at('procMount');
  yield* isExactlyOneOf(procMount, ['Default', 'Unmasked']);
  if (hostUsers && procMount.text === 'Unmasked')
    yield procMount.invalid('`hostUsers` must be false to use `Unmasked`');
  const escalation = context.at('allowPrivilegeEscalation');
  if (escalation.value === false) {
    if (context.at('privileged').isTrue)
      yield escalation.invalid('cannot set `allowPrivilegeEscalation` to false and `privileged` to true');
    if (context.at('capabilities', 'add').texts.includes('CAP_SYS_ADMIN'))
      yield escalation.invalid('cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN');
  }
  yield* checkProfiles(context);
}

const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined'];

function* checkProfiles(context: Field): FieldErrors {
  yield* checkSeccomp(context.at('seccompProfile'));
  yield* checkAppArmor(context.at('appArmorProfile'));
}

function* checkSeccomp(profile: Field): FieldErrors {
  if (!profile.isSet) return;
  const local = profile.at('localhostProfile');
  if (isMissing(profile.at('type'))) yield profile.at('type').required('type is required when seccompProfile is set');
  yield* isOneOf(profile.at('type'), PROFILE_TYPES);
  if (profile.at('type').text === 'Localhost') {
    if (!local.isSet) yield local.required('must be set when seccomp type is Localhost');
    else for (const problem of relativePath(local.text)) yield local.invalid(problem);
  } else if (local.isSet) yield local.invalid('can only be set when seccomp type is Localhost');
}

function* checkAppArmor(profile: Field): FieldErrors {
  if (!profile.isSet) return;
  const local = profile.at('localhostProfile');
  const type = profile.at('type');
  if (isMissing(type)) return yield type.required('type is required when appArmorProfile is set');
  yield* isOneOf(type, PROFILE_TYPES);
  if (type.text === 'Localhost') {
    if (local.text.trim() !== local.text) yield local.invalid('must not be padded with whitespace');
    else if (isMissing(local)) yield local.required('must be set when AppArmor type is Localhost');
  } else if (local.isSet && PROFILE_TYPES.includes(type.text))
    yield local.invalid('can only be set when AppArmor type is Localhost');
}
