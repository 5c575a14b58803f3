/** Returns why a component cannot serve at the moment, or undefined if it can. */
export type ReadinessCheck = () => Promise<string | undefined>;

/** Whether this replica should get traffic: not while it shuts down, and not while its check fails. */
export class Readiness {
  readonly #check: ReadinessCheck;
  #shuttingDown = false;

  constructor(check: ReadinessCheck) {
    this.#check = check;
  }

  shutDown(): void {
    this.#shuttingDown = true;
  }

  /** The reason not to send traffic here, or undefined. A check that throws counts as a reason. */
  async reasonNotReady(): Promise<string | undefined> {
    if (this.#shuttingDown) return 'shutting down';
    try {
      return await this.#check();
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
