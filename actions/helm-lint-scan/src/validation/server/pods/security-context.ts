import { areUnique, isBetween, isExactlyOneOf, isMissing, isOneOf, MAX_INT32 } from '../checks.ts';
import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { relativePath } from '../formats/names.ts';
import { checkWindowsOptions } from './windows-options.ts';

/** Source: `validatePodSpecSecurityContext` and `ValidateSecurityContext` in pkg/apis/core/validation/validation.go */

const IDS = [0, MAX_INT32] as const;

export function* checkPodSecurityContext(context: Field, pod: Field, { minor }: ServerContext): FieldErrors {
  if (pod.at('hostPID').isTrue && pod.at('shareProcessNamespace').isTrue)
    yield pod.at('shareProcessNamespace').invalid('ShareProcessNamespace and HostPID cannot both be enabled');
  for (const key of ['fsGroup', 'runAsUser', 'runAsGroup']) yield* isBetween(context.at(key), IDS);
  for (const group of context.at('supplementalGroups').items) yield* isBetween(group, IDS);
  yield* checkSysctls(context.at('sysctls'), pod);
  yield* isExactlyOneOf(context.at('fsGroupChangePolicy'), ['Always', 'OnRootMismatch']);
  if (minor >= 33) yield* isExactlyOneOf(context.at('supplementalGroupsPolicy'), ['Merge', 'Strict']);
  if (minor >= 33) yield* isExactlyOneOf(context.at('seLinuxChangePolicy'), labelings(minor));
  yield* checkProfiles(context);
}

const SYSCTL = /^[a-z0-9]([-_a-z0-9]*[a-z0-9])?([./][a-z0-9]([-_a-z0-9]*[a-z0-9])?)*$/;
const MAX_SYSCTL_LENGTH = 253;

/** MountOption needs SELinuxMount, which is on by default from 1.37 on. */
const labelings = (minor: number): string[] => (minor < 37 ? ['Recursive'] : ['MountOption', 'Recursive']);

/** The kernel's namespaces that a pod may share with its node: then it may not set what belongs to them. */
const NAMESPACES = [
  { key: 'hostNetwork', pattern: /^net\./ },
  {
    key: 'hostIPC',
    pattern: /^(?:fs\.mqueue\.|kernel\.(?:sem|shm(?:all|max|mni|_rmid_forced)?|msg(?:max|mnb|mni)?)$)/,
  },
];

function* checkSysctls(sysctls: Field, pod: Field): FieldErrors {
  const names = sysctls.items.map((sysctl) => sysctl.at('name'));
  for (const name of names) {
    if (isMissing(name)) yield name.required();
    else if (name.text.length > MAX_SYSCTL_LENGTH || !SYSCTL.test(name.text))
      yield name.invalid(`must have at most ${MAX_SYSCTL_LENGTH} characters, and lower case parts between dots`);
  }
  yield* areUnique(names);
  for (const { key, pattern } of NAMESPACES)
    for (const name of pod.at(key).isTrue ? names : [])
      if (pattern.test(name.text.replaceAll('/', '.')))
        yield name.invalid(`may not be specified when '${key}' is true`);
}

/** From this version on ProcMountType is on by default. Before, the server drops the field. */
const FIRST_WITH_PROC_MOUNT = 33;

/** @param pod whether it uses the users of its node */
export function* checkSecurityContext(
  context: Field,
  { hostUsers, minor }: ServerContext & { hostUsers: boolean },
): FieldErrors {
  for (const key of ['runAsUser', 'runAsGroup']) yield* isBetween(context.at(key), IDS);
  if (minor >= FIRST_WITH_PROC_MOUNT) yield* checkProcMount(context.at('procMount'), hostUsers);
  const escalation = context.at('allowPrivilegeEscalation');
  if (escalation.value === false) {
    if (context.at('privileged').isTrue)
      yield escalation.invalid('cannot set `allowPrivilegeEscalation` to false and `privileged` to true');
    if (context.at('capabilities', 'add').texts.includes('CAP_SYS_ADMIN'))
      yield escalation.invalid('cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN');
  }
  yield* checkProfiles(context);
}

function* checkProcMount(procMount: Field, hostUsers: boolean): FieldErrors {
  yield* isExactlyOneOf(procMount, ['Default', 'Unmasked']);
  if (hostUsers && procMount.text === 'Unmasked')
    yield procMount.invalid('`hostUsers` must be false to use `Unmasked`');
}

const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined'];

function* checkProfiles(context: Field): FieldErrors {
  yield* checkWindowsOptions(context.at('windowsOptions'));
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
