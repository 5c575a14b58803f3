import { type CaseId, caseKey, type Finding } from './findings.ts';

/**
 * Join the findings that one line causes in many resources, such as those of a `range`: one correction removes all of them.
 * @param findings in the order of the report; the first of a group represents it
 */
export function joinByLine(findings: readonly Finding[]): Finding[] {
  const groups = Map.groupBy(findings, joinKey);
  return [...groups.values()].map((group) => {
    const [first, ...others] = group as [Finding, ...Finding[]];
    return others.length === 0
      ? first
      : {
          ...first,
          resources: group.flatMap(({ resources }) => resources),
          cases: joinCases(group),
          fingerprints: group.flatMap(({ fingerprints }) => fingerprints),
        };
  });
}

/** A finding that is not about a resource is joined with no other. */
function joinKey({ engine, rule, subject, location, resource, path, message, fingerprint }: Finding): string {
  if (resource === undefined) return fingerprint;
  const { file, line, exact } = location;
  return [engine, rule.id, subject, file, line, exact, path, withoutName(message, resource)].join('\n');
}

const NAME = '\0';

/** The message without the name of the resource: `container NAME has no memory limit`. */
function withoutName(message: string, resource: string): string {
  const text = message.startsWith(`${resource}: `) ? message.slice(resource.length + 2) : message;
  const name = resource.slice(resource.indexOf('/') + 1);
  const parts = text.split(name);
  // A name inside a word is part of that word.
  return parts.reduce((before, after) => {
    const isWhole = ![before.at(-1), after[0]].some((character) => /[\w-]/.test(character ?? ''));
    return `${before}${isWhole ? NAME : name}${after}`;
  });
}

const joinCases = (group: readonly Finding[]): CaseId[] => [
  ...new Map(group.flatMap(({ cases }) => cases).map((id) => [caseKey(id), id])).values(),
];
