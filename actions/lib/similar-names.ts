/** Longer names are not compared: the time grows with the product of the lengths. */
const MAX_LENGTH = 100;

/** The number of characters to change, add, remove or swap with their neighbour to turn one word into the other. */
export function editDistance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = (rows[i - 1]?.[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      let best = Math.min(change, (rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[from.length]?.[to.length] ?? 0;
}

interface Candidate {
  name: string;
  distance: number;
}

function byDistance(name: string, known: readonly string[]): Candidate[] {
  return known
    .map((candidate) => ({ name: candidate, distance: distanceBetween(name, candidate) }))
    .sort((a, b) => a.distance - b.distance);
}

const distanceBetween = (name: string, candidate: string): number =>
  Math.max(name.length, candidate.length) > MAX_LENGTH
    ? Number.POSITIVE_INFINITY
    : editDistance(name.toLowerCase(), candidate.toLowerCase());

/** The known name that a misspelled one was probably meant to be, or `undefined` when none is close. */
export function closestName(name: string, known: readonly string[]): string | undefined {
  const maxDistance = Math.max(1, Math.floor(name.length / 3));
  const comparable = known.filter((candidate) => Math.abs(candidate.length - name.length) <= maxDistance);
  const [closest] = byDistance(name, comparable);
  return closest !== undefined && closest.distance <= maxDistance ? closest.name : undefined;
}

/** The known names that are closest to the given one, in order of distance. */
export function closestNames(name: string, known: readonly string[], count = 5): string[] {
  return byDistance(name, known)
    .slice(0, count)
    .map((candidate) => candidate.name);
}
