import type { ActionError } from '../../../lib/errors.ts';
import { info } from '../../../lib/runner/commands.ts';
import { minorNumber } from '../cases/kube-version.ts';
import type { ResourceSet } from '../check-resources.ts';
import { pluralize } from '../data.ts';
import type { ScannerName } from '../inputs/inputs.ts';
import { resourceDocument, resourceLabel } from '../manifests/resource.ts';
import { scanners } from '../scanners/index.ts';
import { scanAll } from '../scanners/scanner.ts';
import type { Findings } from './findings.ts';

/**
 * Let other scanners look at each stack once, for its newest version of Kubernetes.
 * @returns why scanners failed
 */
export async function reportScanners(
  sets: readonly ResourceSet[],
  { names, ...context }: { names: readonly ScannerName[] } & Parameters<typeof scanAll>[2],
  findings: Findings,
): Promise<ActionError[]> {
  if (names.length === 0) return [];
  const newest = new Map<string, ResourceSet>();
  for (const set of sets) {
    const key = `${set.id.subject}\n${set.id.values}`;
    const known = newest.get(key);
    if (known === undefined || minorNumber(set.kube) > minorNumber(known.kube)) newest.set(key, set);
  }
  const results = await scanAll(
    names.map((name) => scanners[name]),
    [...newest.values()],
    context,
  );
  for (const { scanner, found } of results) {
    info(`${scanner}: ${pluralize(found.length, 'finding')}`);
    for (const { group, resource, path, rule, message } of found)
      findings.add({
        engine: scanner,
        rule,
        case: { ...group.id, kubeVersion: '' },
        resource: resourceLabel(resource),
        document: resourceDocument(resource),
        path,
        message,
        location: () => group.locate({ resource, path, about: 'value', message }),
      });
  }
  return results.flatMap(({ error }) => error ?? []);
}
