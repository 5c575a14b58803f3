/** An expectation of an act, and what was measured. */
export interface Expectation {
  what: string;
  measured: string;
  met: boolean;
  /** For a duration: how long it took, and the limit. */
  seconds?: number;
  limit?: number;
}

/** Thrown for an expectation that is not met; it ends the act. */
export class ExpectationFailed extends Error {
  override readonly name = 'ExpectationFailed';
}

/** Collects the expectations of an act. The first one that is not met ends the act and is kept too. */
export class Expectations {
  readonly all: Expectation[] = [];

  /** @throws {ExpectationFailed} when `met` is false */
  holds(what: string, met: boolean, measured: string): void {
    this.#add({ what, measured, met });
  }

  /** Expects a duration of at most `limit` seconds. */
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

  /** Compares both sides as JSON, so that lists and objects can be expected too. */
  equal(what: string, found: unknown, expected: unknown): void {
    const [actualJson, expectedJson] = [JSON.stringify(found), JSON.stringify(expected)];
    const met = actualJson === expectedJson;
    this.holds(what, met, met ? shorten(actualJson) : `${shorten(actualJson)}, not ${shorten(expectedJson)}`);
  }
}

const shorten = (json: string | undefined): string => {
  const text = json === undefined ? 'nothing' : json.replace(/^"(.*)"$/s, '$1');
  return text.length > 160 ? `${text.slice(0, 157)}…` : text;
};
