import { areExclusive, type Frame, isWithin } from './frames.ts';

/** What can render items of a list: an item of the template, or an action that inserts any number of them. */
export interface Element {
  frame: Frame | undefined;
  /** Whether it inserts items that the template does not show. */
  inserts: boolean;
  matches(item: unknown): boolean;
}

/** The maximum number of steps. A list with more optional items than this allows is not aligned. */
const MAX_STEPS = 5000;

/**
 * Which elements can have rendered each item of a list, in order: an element without a branch renders exactly one item, one in a branch
 * may render none, and one in a `range` any number.
 * @param base the frame of the whole list, which was rendered
 * @returns the positions of the elements for each item; `undefined` when the elements cannot have rendered the list
 */
export function align(
  elements: readonly Element[],
  base: Frame | undefined,
  items: readonly unknown[],
): number[][] | undefined {
  const paths = new Paths(elements, base);
  const reached: number[][] = [];
  let from: readonly number[] = [START];
  for (const item of items) {
    const next = paths.afterAny(from).filter((at) => elements[at]?.matches(item));
    if (next.length === 0 || paths.exhausted) return undefined;
    reached.push(next);
    from = next;
  }
  // Only what leads to the end of the list remains.
  let to: ReadonlySet<number> = new Set([elements.length]);
  for (let index = reached.length - 1; index >= 0; index--) {
    const kept = (reached[index] ?? []).filter((at) => paths.after(at).some((next) => to.has(next)));
    reached[index] = kept;
    to = new Set(kept);
  }
  const first: readonly number[] = paths.after(START);
  return first.some((at) => to.has(at)) && !paths.exhausted ? reached : undefined;
}

const START = -1;

/** What can follow each element; the number of elements stands for the end of the list. */
class Paths {
  readonly #elements: readonly Element[];
  readonly #base: Frame | undefined;
  readonly #known = new Map<number, number[]>();
  #steps = 0;

  constructor(elements: readonly Element[], base: Frame | undefined) {
    this.#elements = elements;
    this.#base = base;
  }

  get exhausted(): boolean {
    return this.#steps > MAX_STEPS + 10 * this.#elements.length;
  }

  /** What can follow one of them. */
  afterAny(from: readonly number[]): number[] {
    const next = new Set<number>();
    for (const at of from) {
      if (this.exhausted) break;
      for (const following of this.after(at)) next.add(following);
    }
    return [...next];
  }

  after(at: number): number[] {
    const known = this.#known.get(at);
    if (known !== undefined) {
      // Candidates are counted, so that many for each item have a limit too.
      if (known.length > 1) this.#steps += known.length;
      return known;
    }
    const found = this.#find(at);
    this.#known.set(at, found);
    return found;
  }

  #find(at: number): number[] {
    const element = this.#elements[at];
    const frame = element === undefined ? this.#base : element.frame;
    const { found, passed } = this.#walk(at + 1, frame, undefined);
    const result = new Set(passed ? [...found, this.#elements.length] : found);
    if (element?.inserts) result.add(at);
    for (let loop = frame; loop !== undefined && !isWithin(this.#base, loop); loop = loop.parent) {
      if (!loop.repeats || !this.#walk(at + 1, frame, loop).passed) continue;
      let first = at;
      while (first > 0 && isWithin(this.#elements[first - 1]?.frame, loop)) first--;
      for (const next of this.#walk(first, loop, loop).found) result.add(next);
    }
    return [...result];
  }

  /**
   * The elements that can come next, up to the first that cannot be left out.
   * @param frame of the element before
   * @param within the frame to stay in
   */
  #walk(start: number, frame: Frame | undefined, within: Frame | undefined): { found: number[]; passed: boolean } {
    const found: number[] = [];
    const skipped = new Set<Frame>();
    for (let at = start; at < this.#elements.length; at++) {
      const element = this.#elements[at] as Element;
      if (!isWithin(element.frame, within)) break;
      if (this.exhausted) return { found, passed: false };
      this.#steps++;
      const rendered = isWithin(frame, element.frame);
      if (!this.#isIn(element.frame, skipped) && !areExclusive(frame, element.frame)) found.push(at);
      if (element.inserts) continue;
      if (rendered || isWithin(this.#base, element.frame)) return { found, passed: false };
      skipped.add(element.frame as Frame);
    }
    return { found, passed: true };
  }

  /** Whether it is in one of the frames, which were left out. */
  #isIn(frame: Frame | undefined, frames: ReadonlySet<Frame>): boolean {
    if (frames.size === 0) return false;
    for (let at = frame; at !== undefined; at = at.parent) if (frames.has(at)) return true;
    return false;
  }
}
