import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { containersOf } from './containers-of.ts';

/** What a pod may not have on its operating system. Source: `validateOS`, `validateLinux` and `validateWindows` in pkg/apis/core/validation/validation.go */

const NOT_ON_WINDOWS = ['shareProcessNamespace'];
/** False is as good as absent for these. */
const NOT_TRUE_ON_WINDOWS = ['hostPID', 'hostIPC'];
const POD_CONTEXT = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
];
const CONTAINER_CONTEXT = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'runAsUser',
  'runAsGroup',
];
/** Up to 1.32 the server drops these (UserNamespacesSupport, ProcMountType, SupplementalGroupsPolicy, SELinuxChangePolicy). */
const FIRST_WITH_NEWER = 33;
const NEWER_CONTEXT = ['supplementalGroupsPolicy', 'seLinuxChangePolicy'];
const WINDOWS = 'cannot be set for a windows pod';

export function* checkOperatingSystem(pod: Field, context: ServerContext): FieldErrors {
  if (!pod.at('os').isSet) return;
  const name = pod.at('os', 'name');
  if (name.text === '') yield name.required();
  if (name.text === 'windows') yield* checkWindows(pod, context);
  if (name.text === 'linux')
    for (const owner of [pod, ...containersOf(pod)]) {
      const options = owner.at('securityContext', 'windowsOptions');
      if (options.isSet) yield options.forbidden('windows options cannot be set for a linux pod');
    }
}

function* checkWindows(pod: Field, { minor }: ServerContext): FieldErrors {
  const context = pod.at('securityContext');
  yield* areAbsent([
    ...NOT_ON_WINDOWS.map((key) => pod.at(key)),
    ...POD_CONTEXT.map((key) => context.at(key)),
    ...containersOf(pod).flatMap((container) => CONTAINER_CONTEXT.map((key) => container.at('securityContext', key))),
  ]);
  if (minor >= FIRST_WITH_NEWER)
    yield* areAbsent([
      pod.at('hostUsers'),
      ...NEWER_CONTEXT.map((key) => context.at(key)),
      ...containersOf(pod).map((container) => container.at('securityContext', 'procMount')),
    ]);
  for (const key of NOT_TRUE_ON_WINDOWS) if (pod.at(key).isTrue) yield pod.at(key).forbidden(WINDOWS);
  if (context.at('sysctls').items.length > 0) yield context.at('sysctls').forbidden(WINDOWS);
}

function* areAbsent(fields: readonly Field[]): FieldErrors {
  for (const field of fields) if (field.isSet) yield field.forbidden(WINDOWS);
}
