import { join } from 'node:path/posix';
import { type Resource, resourceLabel } from '../manifests/resource.ts';
import { engineRules } from '../rules/engine.ts';
import type { CaseId, Finding } from './findings.ts';

/**
 * Whether a message of `helm lint` says that an object has no name, and the schema of that object has said so already.
 * @param id the case of the message
 * @param resources those of the case
 */
export function repeatsSchema(
  message: string,
  id: CaseId,
  { resources, findings }: { resources: readonly Resource[]; findings: () => readonly Finding[] },
): boolean {
  const template = /^(\S+): object name does not conform to Kubernetes naming requirements: "":/.exec(message)?.[1];
  if (template === undefined) return false;
  const file = join(id.subject, template);
  const unnamed = new Set(
    resources.flatMap((resource) =>
      resource.source.file === file && resource.name === '?' ? resourceLabel(resource) : [],
    ),
  );
  return findings().some(
    ({ rule, path, subject, resource, cases }) =>
      rule.id === engineRules.schema.id &&
      path === 'metadata.name' &&
      subject === id.subject &&
      unnamed.has(resource ?? '') &&
      cases.some(({ values }) => values === id.values),
  );
}
