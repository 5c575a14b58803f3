/** Something an act expects, and what was measured. */
export interface Expectation {
  what: string;
  measured: string;
  met: boolean;
  /** For a time: how long it took, and how long it may take. */
  seconds?: number;
  limit?: number;
}

/** An expectation that is not met ends its act. */
export class ExpectationFailed extends Error {
  override readonly name = 'ExpectationFailed';
}

/** Collects what an act expects. The first expectation that is not met ends the act; it is kept as well. */
export class Expectations {
  readonly all: Expectation[] = [];

  /** @throws {ExpectationFailed} when `met` is false */
  holds(what: string, met: boolean, measured: string): void {
    this.#add({ what, measured, met });
  }

  /** Something took `seconds`, and may take `limit`. */
  within(what: string, seconds: number, limit: number): void {
    this.#add({
      what: `${what} within ${limit} s`,
      measured: `${seconds.toFixed(1)} s`,
      met: seconds <= limit,
      seconds,
      limit,
    });
  }

  #add(expectation: Expectation): void {
    this.all.push(expectation);
    const { what, measured, met } = expectation;
    if (!met) throw new ExpectationFailed(`expected: ${what}; found: ${measured}`);
  }

  /** Both sides are compared as JSON, so that lists and objects can be expected too. */
  equal(what: string, found: unknown, expected: unknown): void {
    const [is, should] = [JSON.stringify(found), JSON.stringify(expected)];
    this.holds(what, is === should, is === should ? shown(is) : `${shown(is)}, not ${shown(should)}`);
  }
}

const shown = (json: string | undefined): string => {
  const text = json === undefined ? 'nothing' : json.replace(/^"(.*)"$/s, '$1');
  return text.length > 160 ? `${text.slice(0, 157)}…` : text;
};
