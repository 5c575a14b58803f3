import { info } from '../../../lib/commands.ts';
import { minorNumber } from '../cases/kube-version.ts';
import type { Settings } from '../inputs/inputs.ts';
import type { Inspected } from '../inspect.ts';
import { resourceLabel } from '../manifests/resource.ts';
import { scanners } from '../scanners/index.ts';
import { scanAll } from '../scanners/scanner.ts';
import type { Findings } from './findings.ts';

/** Other engines look at each stack once, for its newest version of Kubernetes. */
export async function reportScanners(
  { scanners: names }: Settings,
  inspected: readonly Inspected[],
  tools: Parameters<typeof scanAll>[2],
  findings: Findings,
): Promise<void> {
  if (names.length === 0) return;
  const newest = new Map<string, Inspected>();
  for (const each of inspected) {
    const key = `${each.id.subject}\n${each.id.values}`;
    const known = newest.get(key);
    if (known === undefined || minorNumber(each.kube) > minorNumber(known.kube)) newest.set(key, each);
  }
  const groups = [...newest.values()];
  for (const { scanner, found } of await scanAll(
    names.map((name) => scanners[name]),
    groups,
    tools,
  )) {
    info(`${scanner}: ${found.length} findings`);
    for (const { group, resource, path, rule, message } of found) {
      const place = () => group.locate({ resource, path, about: 'value', message });
      findings.add({
        engine: scanner,
        rule,
        case: { ...group.id, kubeVersion: '' },
        resource: resourceLabel(resource),
        path,
        message,
        place,
      });
    }
  }
}
