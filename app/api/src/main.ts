import { tmpdir } from 'node:os';
import { run } from '../../lib/run.ts';
import { createRoutes, storeReady } from './routes.ts';
import { SEED } from './seed.ts';
import { Store } from './store.ts';

await run({
  name: 'api',
  // Any writable directory: the image's file system is read-only in the cluster.
  readSettings: (env) => ({ directory: env.text('DATA_DIR', tmpdir()) }),
  create: ({ directory }) => {
    const store = Store.open(directory, SEED);
    return { routes: createRoutes(store), ready: () => storeReady(store), close: () => store.close() };
  },
});
