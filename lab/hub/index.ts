import { Admin } from './admin/admin.ts';
import { Core } from './core.ts';
import type { HubEvent } from './events.ts';
import { Server } from './http/server.ts';
import { mergeReady } from './pulls/auto-merge.ts';
import { recover } from './recovery.ts';
import type { Run, RunStore } from './store/runs.ts';
import type { Store } from './store/store.ts';
import { Urls } from './urls.ts';

export type { HubEvent } from './events.ts';
export type { Fault, FaultAction, FaultRequest } from './http/faults.ts';
export type { LoggedRequest } from './http/request-log.ts';
export type { Conclusion, Job, NewRun, Run, RunStatus, RunStore, Step } from './store/runs.ts';

export interface HubOptions {
  /** Holds the hub's state. A later hub on the same directory continues from it. */
  dataDir: string;
  /** A free port when not given. */
  port?: number;
  /** Guards `/_lab/`. */
  adminToken: string;
  /** Called with each event in order, after the change is durable. Must not block. */
  onEvent?: (event: HubEvent) => void;
  /** Called when a workflow is run again, with the event that started it and the workflow's file. */
  onRerun?: (event: HubEvent, path: string) => void;
}

/** GitHub on this machine. */
export interface Hub {
  /** `http://127.0.0.1:PORT`, what GITHUB_SERVER_URL is. */
  url: string;
  apiUrl: string;
  graphqlUrl: string;
  store: Store;
  runs: RunStore;
  admin: Admin;
  close(): Promise<void>;
}

/** Jobs are checks; a pull request may have been waiting for this one. */
function mergeWhenReady(core: Core, run: Run): void {
  const [owner = '', name = ''] = run.repository.split('/');
  const repository = core.store.repository(owner, name);
  if (!repository) return;
  core.locks
    .run(repository.id, () => mergeReady({ core, repository }, run.headSha))
    .catch((error: unknown) => console.error('hub: an automatic merge failed:', error));
}

/** @throws when the port is taken */
export async function startHub({ dataDir, port = 0, adminToken, ...listeners }: HubOptions): Promise<Hub> {
  if (adminToken === '') throw new Error('the admin token must not be empty');
  const urls = new Urls();
  const core = await Core.open(dataDir, urls, { ...listeners, onJobEnd: mergeWhenReady });
  await recover(core);
  const admin = new Admin(core);
  const hubServer = new Server(core, admin, adminToken);
  const listening = await hubServer.listen(port).catch((error: unknown) => {
    core.close();
    throw error;
  });
  urls.root = `http://127.0.0.1:${listening.port}`;
  hubServer.warmUp();
  const { server } = listening;
  return {
    url: urls.root,
    apiUrl: urls.rest,
    graphqlUrl: urls.graphql,
    store: core.store,
    runs: core.runs,
    admin,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          core.close();
          resolve();
        });
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
