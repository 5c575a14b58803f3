import { Gauge } from 'prom-client';
import { errorFields } from '../../lib/log.ts';
import { run } from '../../lib/run.ts';
import { Api } from './api.ts';
import { Catalogue } from './catalogue.ts';
import { createRoutes } from './routes.ts';

await run({
  name: 'web',
  readSettings: (env) => ({
    api: env.address('API_URL', 'http://shop-api'),
    apiTimeoutMs: env.integer('API_TIMEOUT_MS', { min: 1, max: 60_000, fallback: 1000 }),
    freshMs: env.integer('CATALOGUE_FRESH_MS', { min: 0, max: 3_600_000, fallback: 2000 }),
  }),
  create: (settings, { log, metrics, service }) => {
    const catalogue = new Catalogue(new Api(settings.api, settings.apiTimeoutMs), {
      freshMs: settings.freshMs,
      now: () => performance.now(),
      onFailure: (error) => log.warn('could not reach api', { api: settings.api.href, ...errorFields(error) }),
    });
    new Gauge({
      name: 'shop_catalogue_age_seconds',
      help: 'Age of the product list; NaN until it is first loaded.',
      registers: [metrics.registry],
      collect() {
        this.set(catalogue.ageSeconds());
      },
    });
    return { routes: createRoutes(catalogue, service), ready: () => catalogue.reasonNotReady() };
  },
});
