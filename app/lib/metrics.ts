import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

// A timer samples the event loop's delay: prom-client's default of 10 ms would wake every idle replica 100 times per
// second.
const EVENT_LOOP_SAMPLE_MS = 100;

/** A request that was served. */
export interface ObservedRequest {
  method: string;
  /** The pattern that matched. */
  route: string;
  status: number;
  seconds: number;
}

/** The metrics of a component, for Prometheus. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests served, by method, route and status.',
    labelNames: ['method', 'route', 'status'],
    registers: [this.registry],
  });
  readonly #duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from request to response, by method and route.',
    labelNames: ['method', 'route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [this.registry],
  });

  constructor({ version, revision }: { version: string; revision: string }) {
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLE_MS });
    new Gauge({
      name: 'shop_build_info',
      help: 'Always 1; the labels are the version and the commit.',
      labelNames: ['version', 'revision'],
      registers: [this.registry],
    }).set({ version, revision }, 1);
  }

  request(observed: ObservedRequest): void {
    const { method, route, status, seconds } = observed;
    this.#requests.inc({ method, route, status });
    this.#duration.observe({ method, route }, seconds);
  }
}

/** Calls `observe` after each request with the route pattern, so that there are few labels. */
export function observeRequests(observe: (request: ObservedRequest & { path: string }) => void): MiddlewareHandler {
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
