import type { Actor } from '../accounts.ts';

export interface Rate {
  limit: number;
  used: number;
  remaining: number;
  /** Seconds since 1970. */
  reset: number;
}

const LIMIT = 15_000;
const HOUR_SECONDS = 3600;

/** Counts the calls of each token per hour. The hub does not enforce the limit; a fault can simulate that. */
export class RateLimits {
  readonly #used = new Map<string, number>();
  #reset = 0;

  count(actor: Actor | null): Rate {
    const key = actor?.token.token ?? '';
    this.#startNewHour();
    this.#used.set(key, (this.#used.get(key) ?? 0) + 1);
    return this.peek(actor);
  }

  peek(actor: Actor | null): Rate {
    this.#startNewHour();
    const used = Math.min(this.#used.get(actor?.token.token ?? '') ?? 0, LIMIT);
    return { limit: LIMIT, used, remaining: LIMIT - used, reset: this.#reset };
  }

  #startNewHour(): void {
    const seconds = Math.floor(Date.now() / 1000);
    if (seconds < this.#reset) return;
    this.#used.clear();
    this.#reset = seconds + HOUR_SECONDS;
  }
}

export function rateHeaders(rate: Rate, resource: 'core' | 'graphql'): Record<string, string> {
  return {
    'x-ratelimit-limit': String(rate.limit),
    'x-ratelimit-remaining': String(rate.remaining),
    'x-ratelimit-used': String(rate.used),
    'x-ratelimit-reset': String(rate.reset),
    'x-ratelimit-resource': resource,
  };
}
