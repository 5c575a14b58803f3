/**
 * The queries of the alerts: each fires on what Argo CD's controller really logs, and not on similar lines. The
 * messages are from a cluster in which a release was broken in each of these ways.
 */
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PODS } from '../../argocd/test/argo-cd-chart.ts';
import { readConfiguration } from '../scripts/hcl.ts';
import { queryProblems, type Row, runQuery } from './kusto.ts';
import { project } from './workspace.ts';

const { locals } = await readConfiguration(join(project, 'terraform/modules/monitoring'));
const settings = Object.assign({}, ...(locals ?? [])) as {
  alerts: Record<string, { query: string; window: number }>;
  argocd_lines: string;
  argocd_sync_timeout_minutes: number;
};

/** The query as Terraform renders it, with the module's default values. */
const queryOf = (name: string): string =>
  (settings.alerts[name]?.query ?? '')
    .replace('${trimspace(local.argocd_lines)}', settings.argocd_lines.trim())
    .replaceAll('${local.argocd_sync_timeout_minutes}', String(settings.argocd_sync_timeout_minutes))
    .replaceAll('${var.argocd_namespace}', 'argocd')
    .replaceAll('${var.cluster.name}', 'aks-shop-production')
    .replaceAll('${var.pending_minutes}', '15')
    .replaceAll('${var.pending_minutes - 2}', '13');

describe('every query', () => {
  const names = Object.keys(settings.alerts);

  it('exists', () => {
    expect(names.length).toBeGreaterThan(5);
  });

  // Azure itself skips the validation, because the tables do not exist before their first line.
  it.each(names)('%s is valid Kusto, with columns that exist', (name) => {
    const query = queryOf(name);
    expect(query).not.toContain('${');
    expect(queryProblems(query)).toEqual([]);
  });

  it('is rejected with a column that does not exist, so that this test can fail', () => {
    expect(queryProblems(queryOf('argocd-degraded').replace('PodNamespace', 'Namespace'))).toEqual([
      expect.stringContaining("'Namespace' does not refer to any known column"),
    ]);
  });
});

interface Entry {
  /** Minutes ago. */
  ago: number;
  application?: string;
  msg: string;
}

const NOW = new Date('2026-11-28T21:00:00Z');

const fields = ({ ago, application = 'shop', msg }: Entry) => ({
  application,
  'dest-namespace': application === 'shop' ? 'shop' : 'argocd',
  'dest-server': 'https://kubernetes.default.svc',
  level: 'info',
  msg,
  reason: 'ResourceUpdated',
  time: new Date(NOW.getTime() - ago * 60_000).toISOString(),
  type: 'Normal',
});

/** How the controller formats a line, and so how it appears in the table. */
const FORMATS: Record<string, (entry: Entry) => string> = {
  // logrus.TextFormatter, the chart's default: global.logging.format
  text: (entry) => {
    const { level, msg, time, application, ...others } = fields(entry);
    const rest = Object.entries({ application, ...others }).map(
      ([name, value]) => `${name}=${/^[\w./@^+-]+$/.test(value) ? value : JSON.stringify(value)}`,
    );
    return `time="${time}" level=${level} msg=${JSON.stringify(msg)} ${rest.join(' ')}`;
  },
  // Go's encoding/json
  JSON: (entry) => JSON.stringify(fields(entry)).replaceAll('>', '\\u003e'),
  'JSON that Azure has parsed': (entry) => JSON.stringify(fields(entry)),
};

const REVISION = '6803fd021530b5e72ef436c62e2566b182aeacd2';
const sync = (ago: number, from: string, to: string): Entry => ({ ago, msg: `Updated sync status: ${from} -> ${to}` });
const health = (ago: number, from: string, to: string): Entry => ({
  ago,
  msg: `Updated health status: ${from} -> ${to}`,
});
const succeeded = (ago: number): Entry => ({ ago, msg: `Sync operation to ${REVISION} succeeded` });
const failed = (ago: number, what = `Sync operation to ${REVISION}`): Entry => ({
  ago,
  msg: `${what} failed: one or more objects failed to apply, reason: error when patching "/dev/shm/1211209464": Deployment.apps "shop-web" is invalid (retried 5 times).`,
});
const root = (entry: Entry): Entry => ({ ...entry, application: 'root' });

/** The controller logs something every few seconds. */
const alive: Entry = { ago: 0.1, msg: 'Reconciliation completed' };

/** A release that is deployed. */
const arrived = (ago: number): Entry[] => [
  sync(ago, 'Synced', 'OutOfSync'),
  succeeded(ago - 0.1),
  sync(ago - 0.1, 'OutOfSync', 'Synced'),
  health(ago - 0.1, 'Healthy', 'Progressing'),
  health(ago - 1, 'Progressing', 'Healthy'),
];

const CASES: { what: string; lines: Entry[]; fires: string[] }[] = [
  { what: 'a release that is deployed', lines: arrived(10), fires: [] },
  { what: 'one that was deployed long ago', lines: arrived(500), fires: [] },
  { what: 'a first sync', lines: [sync(9, '', 'OutOfSync'), succeeded(8), sync(8, 'OutOfSync', 'Synced')], fires: [] },
  { what: 'a release in progress', lines: [sync(10, 'Synced', 'OutOfSync')], fires: [] },
  { what: 'Git away for a moment', lines: [sync(40, 'Synced', 'Unknown'), sync(39, 'Unknown', 'Synced')], fires: [] },
  { what: 'Git away just now', lines: [sync(2, 'Synced', 'Unknown')], fires: [] },
  {
    what: 'a chart that cannot be rendered: Unknown and Healthy',
    lines: [...arrived(300), sync(20, 'Synced', 'Unknown')],
    fires: ['argocd-not-synced'],
  },
  {
    what: 'a resource that the API server rejects: OutOfSync and Healthy, after all retries',
    lines: [sync(10, 'Synced', 'OutOfSync'), failed(7)],
    fires: ['argocd-sync-failed'],
  },
  {
    what: 'the same an hour later',
    lines: [sync(70, 'Synced', 'OutOfSync'), failed(67)],
    fires: ['argocd-not-synced'],
  },
  {
    what: 'the same with Git unreachable in between',
    lines: [sync(40, 'Synced', 'OutOfSync'), sync(9, 'OutOfSync', 'Unknown'), sync(8, 'Unknown', 'OutOfSync')],
    fires: ['argocd-not-synced'],
  },
  {
    what: 'the same, fixed later',
    lines: [sync(70, 'Synced', 'OutOfSync'), sync(9, 'OutOfSync', 'Unknown'), sync(8, 'Unknown', 'Synced')],
    fires: [],
  },
  { what: 'a sync that does not end', lines: [sync(45, 'Synced', 'OutOfSync')], fires: ['argocd-not-synced'] },
  {
    what: 'a part of a sync that failed',
    lines: [failed(3, 'Partial sync operation to ')],
    fires: ['argocd-sync-failed'],
  },
  { what: 'a sync of no revision that failed', lines: [failed(3, 'Sync operation')], fires: ['argocd-sync-failed'] },
  {
    what: 'a sync that failed and was fixed',
    lines: [sync(30, 'Synced', 'OutOfSync'), failed(12), succeeded(5), sync(5, 'OutOfSync', 'Synced')],
    fires: [],
  },
  {
    what: 'one application out of sync and another in sync',
    lines: [root(sync(40, 'Synced', 'OutOfSync')), ...arrived(10)],
    fires: ['argocd-not-synced'],
  },
  {
    what: 'one application that fails while another is deployed',
    lines: [root(failed(12)), ...arrived(10)],
    fires: ['argocd-sync-failed'],
  },
  {
    what: 'pods that do not become ready',
    lines: [...arrived(10).slice(0, 4), health(8, 'Progressing', 'Degraded')],
    fires: ['argocd-degraded'],
  },
  { what: 'pods that are ready again', lines: [health(8, 'Degraded', 'Healthy')], fires: [] },
  {
    what: 'a message that mentions a failed sync without being one',
    lines: [{ ago: 3, msg: 'Skipping auto-sync: most recent sync already failed, Updated sync status, Degraded' }],
    fires: [],
  },
];

describe.each(Object.entries(FORMATS))('Argo CD’s controller, which logs %s', (_, format) => {
  const rowOf = (entry: Entry): Row => ({
    TimeGenerated: new Date(NOW.getTime() - entry.ago * 60_000),
    PodNamespace: 'argocd',
    ContainerName: 'application-controller',
    LogMessage: format(entry),
  });
  const firing = (rows: Row[]) =>
    ['argocd-degraded', 'argocd-not-synced', 'argocd-silent', 'argocd-sync-failed'].filter(
      (name) => runQuery(queryOf(name), within(settings.alerts[name]?.window ?? 0, rows), NOW).length > 0,
    );
  const within = (minutes: number, rows: Row[]) =>
    rows.filter((row) => NOW.getTime() - Number(row.TimeGenerated) <= minutes * 60_000);

  it.each(CASES)('$what raises $fires', ({ lines, fires }) => {
    expect(firing([...lines, alive].map(rowOf))).toEqual(fires);
  });

  it('is not mixed up with another program that logs the same', () => {
    const rows = [failed(3), health(3, 'Progressing', 'Degraded'), sync(40, 'Synced', 'Unknown')].map(rowOf);
    const silent = ['argocd-silent'];
    expect(firing(rows.map((row) => ({ ...row, PodNamespace: 'shop' })))).toEqual(silent);
    expect(firing(rows.map((row) => ({ ...row, ContainerName: 'web' })))).toEqual(silent);
  });
});

describe('the container in the queries', () => {
  it('is one of the chart’s', () => {
    const [, name] = /ContainerName == "([^"]+)"/.exec(settings.argocd_lines) ?? [];
    expect(PODS.flatMap(({ containers }) => containers)).toContain(name);
  });
});
