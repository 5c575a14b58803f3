import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

// The event loop's delay is sampled by a timer: prom-client's 10 ms would wake every idle replica a hundred times a second.
const EVENT_LOOP_SAMPLE_MS = 100;

/** What a component counts about itself, for Prometheus. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests answered, by method, route and status.',
    labelNames: ['method', 'route', 'status'],
    registers: [this.registry],
  });
  readonly #duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from a request to its answer, by method and route.',
    labelNames: ['method', 'route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [this.registry],
  });

  constructor({ version, revision }: { version: string; revision: string }) {
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLE_MS });
    new Gauge({
      name: 'shop_build_info',
      help: 'Always 1; the labels say which version and commit run.',
      labelNames: ['version', 'revision'],
      registers: [this.registry],
    }).set({ version, revision }, 1);
  }

  request(observed: { method: string; route: string; status: number; seconds: number }): void {
    const { method, route, status, seconds } = observed;
    this.#requests.inc({ method, route, status });
    this.#duration.observe({ method, route }, seconds);
  }
}

/** Calls `observe` after each request with the route as it is written in the code, so that labels stay few. */
export function observeRequests(
  observe: (seen: { method: string; path: string; route: string; status: number; seconds: number }) => void,
): MiddlewareHandler {
  return async (c, next) => {
    const start = performance.now();
    await next();
    const route = matchedRoutes(c).at(-1)?.path ?? '/*';
    const { method, path } = c.req;
    observe({
      method,
      path,
      route: route === '/*' ? 'none' : route,
      status: c.res.status,
      seconds: (performance.now() - start) / 1000,
    });
  };
}
