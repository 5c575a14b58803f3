import type { Field, FieldErrors } from '../field.ts';
import { relativePath } from '../formats/names.ts';
import { containersOf } from './containers-of.ts';

/** Annotations that mean something for a pod. Source: `ValidatePodSpecificAnnotations` in pkg/apis/core/validation/validation.go */

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const SECCOMP_PROFILES = ['runtime/default', 'docker/default', 'unconfined'];

export function* checkPodAnnotations(annotations: Field, pod: Field): FieldErrors {
  const names = containersOf(pod).map((container) => container.at('name').text);
  for (const [key, field] of annotations.entries) {
    if (key === DELETION_COST) yield* isDeletionCost(field);
    if (key === SECCOMP_POD || key.startsWith(SECCOMP_CONTAINER)) yield* isSeccompProfile(field);
    if (!key.startsWith(APP_ARMOR)) continue;
    const name = key.slice(APP_ARMOR.length);
    if (!names.includes(name)) yield { ...field.invalid('container not found', name), isKey: true };
    yield* isAppArmorProfile(field);
  }
  yield* agreesWithFields(annotations, pod);
}

function* isDeletionCost(field: Field): FieldErrors {
  const isNumber = /^(?:0|-\d{1,12}|[1-9]\d{0,9})$/.test(field.text);
  if (typeof field.value === 'string' && !(isNumber && Number(field.text) === (Number(field.text) | 0)))
    yield field.invalid('must be a 32bit integer');
}

function* isSeccompProfile(field: Field): FieldErrors {
  if (typeof field.value !== 'string' || SECCOMP_PROFILES.includes(field.text)) return;
  if (!field.text.startsWith('localhost/')) return yield field.invalid('must be a valid seccomp profile');
  for (const problem of relativePath(field.text.slice('localhost/'.length))) yield field.invalid(problem);
}

function* isAppArmorProfile(field: Field): FieldErrors {
  if (!/^(?:$|runtime\/default$|unconfined$|localhost\/)/.test(field.text))
    yield field.invalid(`invalid AppArmor profile name: "${field.text}"`);
}

/** What a profile of each type is called in an annotation. */
const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  Unconfined: ['unconfined'],
  RuntimeDefault: ['runtime/default'],
};

/** Source: `validateSeccompAnnotationsAndFields` and `validateAppArmorAnnotationsAndFieldsMatchOnCreate` */
function* agreesWithFields(annotations: Field, pod: Field): FieldErrors {
  const ofPod = pod.at('securityContext', 'appArmorProfile');
  yield* agrees(annotations.at(SECCOMP_POD), pod.at('securityContext', 'seccompProfile'), 'seccomp');
  for (const container of containersOf(pod)) {
    const name = container.at('name').text;
    const context = container.at('securityContext');
    yield* agrees(annotations.at(`${SECCOMP_CONTAINER}${name}`), context.at('seccompProfile'), 'seccomp');
    const own = context.at('appArmorProfile');
    if (pod.at('os', 'name').text !== 'windows')
      yield* agrees(annotations.at(`${APP_ARMOR}${name}`), own.isSet ? own : ofPod, 'apparmor');
  }
}

function* agrees(annotation: Field, profile: Field, system: 'seccomp' | 'apparmor'): FieldErrors {
  if (!annotation.isSet || !profile.isSet) return;
  const type = profile.at('type').text;
  const spellings = [
    ...(SPELLINGS[type] ?? []),
    ...(system === 'seccomp' && type === 'RuntimeDefault' ? ['docker/default'] : []),
  ];
  const isLocal = annotation.text.startsWith('localhost/');
  if (type === 'Localhost' ? !isLocal : spellings.length > 0 && !spellings.includes(annotation.text))
    yield profile.at('type').forbidden(`${system} type in annotation and field must match`);
  else if (type === 'Localhost' && annotation.text.slice('localhost/'.length) !== profile.at('localhostProfile').text)
    yield profile.at('localhostProfile').forbidden(`${system} profile in annotation and field must match`);
}
