/**
 * A branch of a template: the lines after an `if`, `with` or `range`, or after one of its `else`. What is in it is rendered, left out or,
 * in a `range`, repeated.
 */
export interface Frame {
  /** The same for all branches of an `if`. */
  block: number;
  /** The position of the branch in the block. */
  branch: number;
  repeats: boolean;
  parent: Frame | undefined;
  depth: number;
}

/** The maximum depth of frames. Lines in deeper ones belong to the last. */
const MAX_DEPTH = 50;

/** Follows the actions of a template. */
export class FrameTracker {
  readonly #open: (Frame | undefined)[] = [];
  #defines: number[] = [];
  #count = 0;

  get frame(): Frame | undefined {
    return this.#open.at(-1);
  }

  /** Whether the position is in a `define`, which renders nothing where it is. */
  get defining(): boolean {
    return this.#defines.length > 0;
  }

  step(action: string): void {
    const keyword = /^(with|range|if|define|block|end|else)\b/.exec(action)?.[1];
    if (keyword === undefined) return;
    if (keyword === 'end') {
      if (this.#defines.at(-1) === this.#open.length) this.#defines.pop();
      this.#open.pop();
    } else if (keyword === 'else') {
      const last = this.#open.pop();
      this.#open.push(last === undefined ? undefined : { ...last, branch: last.branch + 1, repeats: false });
    } else {
      this.#open.push(this.#enter(keyword === 'range'));
      if (keyword === 'define') this.#defines.push(this.#open.length);
    }
  }

  #enter(repeats: boolean): Frame {
    const parent = this.frame;
    const depth = (parent?.depth ?? 0) + 1;
    this.#count++;
    return depth > MAX_DEPTH && parent !== undefined
      ? parent
      : { block: this.#count, branch: 0, repeats, parent, depth };
  }
}

/** Whether a frame is the other one or in it. Everything is in `undefined`, the whole template. */
export function isWithin(frame: Frame | undefined, outer: Frame | undefined): boolean {
  if (outer === undefined) return true;
  let at = frame;
  while (at !== undefined && at.depth > outer.depth) at = at.parent;
  return at === outer;
}

/** Whether two frames are in different branches of the same block, of which one is rendered. */
export function areExclusive(a: Frame | undefined, b: Frame | undefined): boolean {
  let [x, y] = [a, b];
  while (x !== undefined && x.depth > (y?.depth ?? 0)) x = x.parent;
  while (y !== undefined && y.depth > (x?.depth ?? 0)) y = y.parent;
  while (x !== y && x?.parent !== y?.parent) [x, y] = [x?.parent, y?.parent];
  return x !== y && x?.block === y?.block;
}

/** The innermost frame that all of them are in. */
export function commonFrame(frames: readonly (Frame | undefined)[]): Frame | undefined {
  let common = frames[0];
  for (const frame of frames) while (!isWithin(frame, common)) common = common?.parent;
  return common;
}
