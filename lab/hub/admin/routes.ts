import { timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import type { NewToken } from '../accounts.ts';
import type { Core } from '../core.ts';
import { ApiError } from '../errors.ts';
import type { FaultRequest } from '../http/faults.ts';
import type { AccountType } from '../store/types.ts';
import type { Admin } from './admin.ts';

function equalSecrets(actual: string, expected: string): boolean {
  const [a, b] = [Buffer.from(actual), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * `/_lab/`: the hub's own endpoints, which GitHub does not have. Health is public, and so are the logs of public repositories.
 * The logs of a private one require a token that may read its runs, everything else the admin token.
 */
export function adminRoutes(core: Core, admin: Admin, adminToken: string): Hono {
  const app = new Hono();
  const isAdmin = (authorization: string | undefined): boolean =>
    equalSecrets((authorization ?? '').replace(/^Bearer /i, ''), adminToken);

  app.onError((error, c) => {
    if (error instanceof ApiError) return c.json({ message: error.message }, error.status as 422);
    return c.json({ message: error.message }, 422);
  });
  app.get('/health', (c) => c.json({ ok: true, repositories: core.repositories().length }));
  app.get('/runs/:id/log', (c) => {
    const id = Number(c.req.param('id'));
    const run = Number.isSafeInteger(id) ? core.runs.find(core.runs.findJob(id)?.runId ?? id) : undefined;
    if (!run) throw new ApiError(404, 'the run or job does not exist');
    const [owner = '', name = ''] = run.repository.split('/');
    const repository = core.store.repository(owner, name);
    const authorization = c.req.header('authorization');
    // If the repository no longer exists, only the admin may read the log.
    if (!isAdmin(authorization) && repository?.private !== false) {
      if (!repository) throw new ApiError(404, 'the run or job does not exist');
      core.accounts.require(core.accounts.authenticate(authorization), repository, ['actions', 'read']);
    }
    return c.text(core.runs.log(id));
  });

  app.use('*', async (c, next) => {
    if (!isAdmin(c.req.header('authorization')))
      return c.json({ message: 'the admin token is missing or invalid' }, 401);
    return next();
  });
  app.post('/users', async (c) => {
    const { login, type, ...about } = await c.req.json<{
      login: string;
      type?: AccountType;
      name?: string;
      email?: string;
    }>();
    return c.json(admin.createUser(login, type, about), 201);
  });
  app.post('/tokens', async (c) => c.json({ token: admin.createToken(await c.req.json<NewToken>()) }, 201));
  app.put('/repos/:owner/:repo/secrets/:name', async (c) => {
    const { owner, repo, name } = c.req.param();
    const { value } = await c.req.json<{ value: string }>();
    admin.setSecret(`${owner}/${repo}`, name, value);
    return c.body(null, 204);
  });
  app.post('/faults', async (c) => c.json(core.faults.add(await c.req.json<FaultRequest>()), 201));
  app.get('/faults', (c) => c.json(core.faults.list()));
  app.delete('/faults', (c) => {
    core.faults.clear();
    return c.body(null, 204);
  });
  app.get('/requests', (c) => c.json(core.requests.list()));
  app.delete('/requests', (c) => {
    core.requests.clear();
    return c.body(null, 204);
  });
  app.notFound((c) => c.json({ message: 'Not Found' }, 404));
  return app;
}
