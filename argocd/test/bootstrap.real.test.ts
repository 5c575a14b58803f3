import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { type Manifest, render, renderShop } from './charts.ts';

const projectOf = async (name: string, values = {}) =>
  (await render('bootstrap', values)).get(`AppProject/${name}`).spec;

/** The kinds in the shop's chart with everything enabled. */
async function kindsOfShop(): Promise<string[]> {
  const chart = join(import.meta.dirname, '..', '..', 'helm', 'shop');
  const on = ['web.ingress.enabled=true', 'api.autoscaling.enabled=true'].flatMap((line) => ['--set', line]);
  const { stdout } = await promisify(execFile)('helm', ['template', 'shop', chart, ...on]);
  const objects = parseAllDocuments(stdout).flatMap((document) => (document.toJS() as Manifest) ?? []);
  return [
    ...new Set(
      objects.map(({ apiVersion, kind }) => `${apiVersion.includes('/') ? apiVersion.split('/')[0] : ''}/${kind}`),
    ),
  ].sort();
}

describe('the shop’s project', () => {
  it('deploys one repository to one namespace', async () => {
    const spec = await projectOf('shop', {
      repository: { url: 'https://git.example.com/a.git' },
      shop: { namespace: 'store' },
    });
    expect(spec.sourceRepos).toEqual(['https://git.example.com/a.git']);
    expect(spec.destinations).toEqual([{ server: 'https://kubernetes.default.svc', namespace: 'store' }]);
  });

  it('allows exactly the kinds in the chart', async () => {
    const spec = await projectOf('shop');
    const allowed = spec.namespaceResourceWhitelist.map(({ group, kind }: Manifest) => `${group}/${kind}`).sort();
    expect(allowed).toEqual(await kindsOfShop());
    expect(spec.clusterResourceWhitelist).toEqual([]);
  });

  it('shows resources that were created by hand', async () => {
    expect((await projectOf('shop')).orphanedResources.warn).toBe(true);
  });
});

describe('other projects', () => {
  it('the default project allows nothing', async () => {
    const spec = await projectOf('default');
    expect([spec.sourceRepos, spec.destinations, spec.clusterResourceWhitelist]).toEqual([[], [], []]);
    expect(spec.namespaceResourceBlacklist).toEqual([{ group: '*', kind: '*' }]);
  });

  it('is a hook, because Argo CD creates it before Helm', async () => {
    const { metadata } = (await render('bootstrap')).get('AppProject/default');
    expect(metadata.annotations['helm.sh/hook']).toBe('pre-install,pre-upgrade');
  });

  it('the root application creates only applications, and only in Argo CD’s namespace', async () => {
    const spec = await projectOf('applications');
    expect(spec.namespaceResourceWhitelist).toEqual([{ group: 'argoproj.io', kind: 'Application' }]);
    expect(spec.destinations.map(({ namespace }: Manifest) => namespace)).toEqual(['argocd']);
    expect(spec.clusterResourceWhitelist).toEqual([]);
  });
});

describe('permissions', () => {
  it('the controller changes what the project allows, in the shop’s namespace: no wildcard, no verb to read with', async () => {
    const objects = await render('bootstrap');
    const { rules, metadata } = { ...objects.get('Role/argocd-sync') };
    expect(metadata.namespace).toBe('shop');
    expect(rules).toHaveLength((await projectOf('shop')).namespaceResourceWhitelist.length);
    for (const { apiGroups, resources, verbs } of rules) {
      expect([...apiGroups, ...resources, ...verbs]).not.toContain('*');
      expect(verbs).toEqual(['create', 'update', 'patch', 'delete']);
    }
    expect(objects.get('RoleBinding/argocd-sync').subjects).toEqual([
      { kind: 'ServiceAccount', name: 'argocd-application-controller', namespace: 'argocd' },
    ]);
  });

  it('the server reads only the shop’s namespace, none of its secrets, and changes only Deployments', async () => {
    const { rules, metadata } = (await render('bootstrap')).get('Role/argocd-show-and-restart');
    expect(metadata.namespace).toBe('shop');
    const grants = rules.flatMap(({ resources, verbs }: Manifest) =>
      resources.flatMap((resource: string) => verbs.map((verb: string) => `${verb} ${resource}`)),
    );
    expect(grants.filter((grant: string) => !grant.startsWith('get '))).toEqual(['list events', 'patch deployments']);
    expect(grants).toEqual(expect.arrayContaining(['get pods', 'get pods/log', 'get deployments']));
    expect(grants.filter((grant: string) => grant.includes('secrets') || grant.includes('*'))).toEqual([]);
  });

  it('grants nothing cluster-wide', async () => {
    const kinds = [...(await render('bootstrap')).values()].map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind.startsWith('Cluster'))).toEqual([]);
  });

  it('the namespace accepts only hardened pods, and outlives the release', async () => {
    const { metadata } = (await render('bootstrap')).get('Namespace/shop');
    expect(metadata.labels['pod-security.kubernetes.io/enforce']).toBe('restricted');
    expect(metadata.annotations['helm.sh/resource-policy']).toBe('keep');
  });
});

describe('the applications', () => {
  const given = {
    repository: { url: 'http://hub.lab:1/a/b.git', revision: 'release' },
    shop: { values: { web: { replicas: 3 } }, valueFiles: ['values-production.yaml'], namespace: 'store' },
    sync: { retry: { limit: 7, maxDuration: '1m' } },
  };

  it('the root application passes everything on', async () => {
    const shop = await renderShop(given);
    expect(shop.spec.source).toEqual({
      repoURL: 'http://hub.lab:1/a/b.git',
      targetRevision: 'release',
      path: 'helm/shop',
      helm: {
        releaseName: 'shop',
        ignoreMissingValueFiles: true,
        valueFiles: ['values-production.yaml'],
        valuesObject: { web: { replicas: 3 } },
      },
    });
    expect(shop.spec.destination.namespace).toBe('store');
    expect(shop.spec.syncPolicy.retry).toMatchObject({
      limit: 7,
      refresh: true,
      backoff: { factor: 2, maxDuration: '1m' },
    });
  });

  it.each(['root', 'shop'])('%s syncs automatically, prunes, heals, and never empties the namespace', async (name) => {
    const application = name === 'shop' ? await renderShop() : (await render('bootstrap')).get('Application/root');
    expect(application.spec.syncPolicy.automated).toEqual({ prune: true, selfHeal: true, allowEmpty: false });
    expect(application.spec.syncPolicy.retry.refresh).toBe(true);
  });

  it('prunes last, applies only differences, and shares no resources', async () => {
    const { syncOptions } = (await renderShop()).spec.syncPolicy;
    expect(syncOptions).toEqual(
      expect.arrayContaining(['PruneLast=true', 'ApplyOutOfSyncOnly=true', 'FailOnSharedResource=true']),
    );
  });

  it('does not set replicas, which the autoscaler manages', async () => {
    expect(JSON.stringify(await renderShop())).not.toContain('replicas');
  });
});

describe('the schema', () => {
  it.each([
    ['an unknown value', { repositry: {} }, 'repositry'],
    ['a repository that is not a URL', { repository: { url: 'shop' } }, 'repository'],
    ['an invalid namespace', { shop: { namespace: 'Shop' } }, 'namespace'],
    ['a duration without a unit', { sync: { retry: { duration: '5' } } }, 'duration'],
    ['a path out of the repository', { shop: { path: '../other' } }, 'path'],
  ])('rejects %s', async (_, values, named) => {
    await expect(render('bootstrap', values)).rejects.toThrow(named);
  });

  it.each(['https://github.com/o/r.git', 'git@github.com:o/r.git', 'ssh://git@host/r.git', 'http://hub.lab:1/a/b.git'])(
    'accepts the repository %s',
    async (url) => {
      expect((await renderShop({ repository: { url } })).spec.source.repoURL).toBe(url);
    },
  );
});
