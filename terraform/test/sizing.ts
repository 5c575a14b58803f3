/** How many pods fit on nodes: the capacity of an AKS node, and packing. */

export interface Amount {
  /** Thousandths of a CPU. */
  cpu: number;
  /** MiB. */
  memory: number;
}

export interface Room extends Amount {
  pods: number;
}

export type Values = { [key: string]: unknown };

/** https://learn.microsoft.com/azure/virtual-machines/sizes/general-purpose/ddsv5-series */
const SIZES: Readonly<Record<string, { vcpu: number; gibibytes: number }>> = {
  Standard_D2ds_v5: { vcpu: 2, gibibytes: 8 },
  Standard_D4ds_v5: { vcpu: 4, gibibytes: 16 },
  Standard_D8ds_v5: { vcpu: 8, gibibytes: 32 },
};

/**
 * Thousandths of a CPU that the kubelet reserves, by number of CPUs:
 * https://learn.microsoft.com/azure/aks/node-resource-reservations
 */
const RESERVED_CPU: Readonly<Record<number, number>> = { 2: 100, 4: 140, 8: 180 };
const EVICTION = 100;

/**
 * The capacity of a node for pods, after the system and the pods that run on every node. Memory: 20 MB for each
 * possible pod and 50 MB, at most a quarter of the node, and 100 MiB before pods are evicted. Source as above.
 */
export function allocatable(size: string, maxPods: number, daemons: readonly Amount[]): Room {
  const machine = SIZES[size];
  const reserved = machine && RESERVED_CPU[machine.vcpu];
  if (machine === undefined || reserved === undefined) throw new Error(`unknown VM size ${size}: add it to the table`);
  const memory = machine.gibibytes * 1024;
  const kubelet = Math.min(((20 * maxPods + 50) * 1e6) / 2 ** 20, memory / 4);
  const used = daemons.reduce<Amount>((sum, { cpu, memory }) => ({ cpu: sum.cpu + cpu, memory: sum.memory + memory }), {
    cpu: 0,
    memory: 0,
  });
  return {
    cpu: machine.vcpu * 1000 - reserved - used.cpu,
    memory: memory - kubelet - EVICTION - used.memory,
    pods: maxPods - daemons.length,
  };
}

/** The number of nodes that pods need, the largest first, each on the first node that has room. */
export function nodesFor(pods: readonly Amount[], node: Room): number {
  const nodes: Room[] = [];
  for (const pod of [...pods].sort((a, b) => b.cpu - a.cpu || b.memory - a.memory)) {
    if (pod.cpu > node.cpu || pod.memory > node.memory) return Number.POSITIVE_INFINITY;
    let place = nodes.find((each) => each.pods > 0 && each.cpu >= pod.cpu && each.memory >= pod.memory);
    if (place === undefined) {
      place = { ...node };
      nodes.push(place);
    }
    place.cpu -= pod.cpu;
    place.memory -= pod.memory;
    place.pods -= 1;
  }
  return nodes.length;
}

export const fits = (pods: readonly Amount[], node: Room, nodes: number): boolean => nodesFor(pods, node) <= nodes;

export const amountOf = ({ cpu, memory }: Values): Amount => ({
  cpu: millicores(String(cpu)),
  memory: mebibytes(String(memory)),
});

/** `250m` or `1.5`: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
export function millicores(quantity: string): number {
  const found = /^(\d+(?:\.\d+)?)(m?)$/.exec(quantity);
  if (found === null) throw new Error(`not a quantity of CPU: ${quantity}`);
  return Number(found[1]) * (found[2] === 'm' ? 1 : 1000);
}

export function mebibytes(quantity: string): number {
  const found = /^(\d+)(Mi|Gi)$/.exec(quantity);
  if (found === null) throw new Error(`not a quantity of memory: ${quantity}`);
  return Number(found[1]) * (found[2] === 'Gi' ? 1024 : 1);
}

/** As Helm merges values: maps key by key, everything else replaced. */
export function deepMerge(one: Values, other: Values): Values {
  const result: Values = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const below = result[key];
    result[key] = isValues(below) && isValues(value) ? deepMerge(below, value) : value;
  }
  return result;
}

function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
