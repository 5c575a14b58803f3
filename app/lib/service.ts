import { Hono } from 'hono';
import { Readiness, type ReadinessCheck } from './health.ts';
import { errorFields, type Log } from './log.ts';
import { type Metrics, observeRequests } from './metrics.ts';
import type { ServiceSettings } from './settings.ts';

/** The part that differs between components. */
export interface Component {
  routes: Hono;
  ready: ReadinessCheck;
  /** Called once, after the last request. */
  close?(): void;
}

export interface Service {
  app: Hono;
  readiness: Readiness;
}

/**
 * The component's routes, and those that all components have: health, version, metrics, a log line per request, errors.
 */
export function createService(
  settings: ServiceSettings,
  component: Component,
  { metrics, log }: { metrics: Metrics; log: Log },
): Service {
  const { version, revision } = settings;
  const readiness = new Readiness(component.ready);
  const app = new Hono();

  app.use(
    observeRequests((request) => {
      metrics.request(request);
      if (log.enabled('debug')) log.debug('request', { ...request });
    }),
  );
  app.get('/livez', (c) => c.json({ status: 'alive' }));
  app.get('/readyz', async (c) => {
    const reason = await readiness.reasonNotReady();
    return reason === undefined ? c.json({ status: 'ready' }) : c.json({ status: 'not ready', reason }, 503);
  });
  app.get('/version', (c) => c.json({ version, revision, node: process.version }));
  app.get('/metrics', async (c) =>
    c.body(await metrics.registry.metrics(), 200, { 'content-type': metrics.registry.contentType }),
  );
  app.route('/', component.routes);
  app.notFound((c) => c.json({ error: 'not found' }, 404));
  app.onError((error, c) => {
    log.error('request failed', { method: c.req.method, path: c.req.path, ...errorFields(error) });
    return c.json({ error: 'internal error' }, 500);
  });
  return { app, readiness };
}
