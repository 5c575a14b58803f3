/** A program that Debian installs; `command` is looked for on the path first, so one that is there already is used. */
export interface DebianCommand {
  from: 'debian';
  package: string;
  command: string;
}

/** A package whose files matter, not a program. */
export interface DebianFile {
  from: 'debian-file';
  package: string;
  file: string;
}

/**
 * A program taken out of a Debian package without installing it, because installing would also create a user and start
 * a system service that the lab has no use for.
 */
export interface DebianExtract {
  from: 'debian-extract';
  package: string;
  /** Path inside the package. */
  file: string;
}

/** A program built from a Go module, fetched through the module proxy and checked against the checksum database. */
export interface GoTool {
  from: 'go';
  version: string;
  package: string;
  /** Directory below `lab/tools` whose go.mod and go.sum pin everything; without it the module's own requirements hold. */
  module?: string;
  /** What Go calls the program, where the tool has another name here. */
  program?: string;
  /** Files of the module that are kept beside the program, in the directory `files`: manifests and scripts that belong to it. */
  files?: readonly string[];
  /** `-X` definitions that stamp the version, where the program would otherwise call itself a development build. */
  stamps?: readonly string[];
  /** Build time in seconds on two cores with empty caches: what progress is measured against. */
  seconds: number;
}

/** A program that this project's own lock file pins. */
export interface NpmTool {
  from: 'npm';
  package: string;
  file: string;
}

/** A program from PyPI that needs no other package; the file with its version and hashes pins it. */
export interface PypiTool {
  from: 'pypi';
  version: string;
  package: string;
  /** Path in the checkout of a file for `pip install --require-hashes`. */
  requirements: string;
  /** Names of other tools. */
  needs: readonly string[];
}

/** A script of the lab itself, beside this file. */
export interface LabScript {
  from: 'lab';
  file: string;
  /** Names of other tools. */
  needs: readonly string[];
}

export type Tool = DebianCommand | DebianFile | DebianExtract | GoTool | NpmTool | PypiTool | LabScript;

/** The npm package that holds this machine's Node, whose hash is in the lock file. */
export const nodePackage = `node-linux-${process.arch}`;

const KUBERNETES = 'v1.34.2';

/** One program of Kubernetes, stamped the way its own build stamps it: k8s.io/kubernetes/hack/lib/version.sh */
function kubernetes<Name extends string>(name: Name, seconds: number): Record<Name, GoTool> {
  const [major, minor] = KUBERNETES.slice(1).split('.');
  const tool: GoTool = {
    from: 'go',
    version: KUBERNETES,
    module: 'cluster',
    package: `k8s.io/kubernetes/cmd/${name}`,
    stamps: [
      `k8s.io/component-base/version.gitVersion=${KUBERNETES}`,
      `k8s.io/component-base/version.gitMajor=${major}`,
      `k8s.io/component-base/version.gitMinor=${minor}`,
    ],
    seconds,
  };
  return { [name]: tool } as Record<Name, GoTool>;
}

/** Everything the lab runs, and where it comes from. */
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
    version: 'v0.34.2',
    module: 'builder',
    package: 'github.com/moby/buildkit/cmd/buildkitd',
    stamps: ['github.com/moby/buildkit/version.Version=v0.34.2'],
    seconds: 120,
  },
  buildx: {
    from: 'go',
    version: 'v0.38.2',
    module: 'builder',
    package: 'github.com/docker/buildx/cmd/buildx',
    stamps: ['github.com/docker/buildx/version.Version=v0.38.2'],
    seconds: 60,
  },
  docker: { from: 'lab', file: 'docker', needs: ['buildx'] },
  act: {
    from: 'go',
    version: 'v0.2.89',
    package: 'github.com/nektos/act',
    seconds: 40,
  },
  actionlint: {
    from: 'go',
    version: 'v1.7.12',
    package: 'github.com/rhysd/actionlint/cmd/actionlint',
    seconds: 15,
  },
  helm: {
    from: 'go',
    version: 'v4.3.1',
    package: 'helm.sh/helm/v4/cmd/helm',
    stamps: ['helm.sh/helm/v4/internal/version.version=v4.3.1'],
    seconds: 150,
  },
  gitleaks: {
    from: 'go',
    version: 'v8.30.1',
    package: 'github.com/zricethezav/gitleaks/v8',
    stamps: ['github.com/zricethezav/gitleaks/v8/version.Version=8.30.1'],
    seconds: 30,
  },
  pip3: { from: 'debian', package: 'python3-pip', command: 'pip3' },
  zizmor: {
    from: 'pypi',
    version: '1.32.0',
    package: 'zizmor',
    requirements: '.github/requirements/zizmor.txt',
    needs: ['pip3'],
  },
  nsenter: { from: 'debian', package: 'util-linux', command: 'nsenter' },
  unshare: { from: 'debian', package: 'util-linux', command: 'unshare' },
  ip: { from: 'debian', package: 'iproute2', command: 'ip' },
  iptables: { from: 'debian', package: 'iptables', command: 'iptables' },
  busybox: { from: 'debian-extract', package: 'busybox-static', file: 'bin/busybox' },
  etcd: { from: 'debian-extract', package: 'etcd-server', file: 'usr/bin/etcd' },
  containerd: { from: 'debian-extract', package: 'containerd', file: 'usr/bin/containerd' },
  'cni-bridge': { from: 'debian-extract', package: 'containernetworking-plugins', file: 'usr/lib/cni/bridge' },
  ...kubernetes('kube-apiserver', 240),
  ...kubernetes('kube-controller-manager', 30),
  ...kubernetes('kube-scheduler', 15),
  ...kubernetes('kube-proxy', 15),
  ...kubernetes('kubelet', 60),
  ...kubernetes('kubectl', 20),
  coredns: {
    from: 'go',
    version: 'v1.13.1',
    module: 'cluster',
    package: 'github.com/coredns/coredns',
    seconds: 60,
  },
  'metrics-server': {
    from: 'go',
    version: 'v0.9.0',
    package: 'sigs.k8s.io/metrics-server/cmd/metrics-server',
    files: ['apiservice', 'deployment', 'kustomization', 'rbac', 'service'].map(
      (name) => `manifests/base/${name}.yaml`,
    ),
    stamps: ['k8s.io/component-base/version.gitVersion=v0.9.0'],
    seconds: 134,
  },
  argocd: {
    from: 'go',
    version: 'v3.2.6',
    module: 'cluster',
    package: 'github.com/argoproj/argo-cd/v3/cmd',
    program: 'cmd',
    files: ['manifests/install.yaml', 'hack/gpg-wrapper.sh', 'hack/git-verify-wrapper.sh', 'entrypoint.sh'],
    stamps: ['github.com/argoproj/argo-cd/v3/common.version=3.2.6'],
    seconds: 120,
  },
  // The one that this Argo CD's own image carries: its repo server knows the command line of Helm 3.
  'argocd-helm': {
    from: 'go',
    version: 'v3.19.0',
    module: 'cluster',
    package: 'helm.sh/helm/v3/cmd/helm',
    program: 'helm',
    stamps: [
      'helm.sh/helm/v3/internal/version.version=v3.19.0',
      // Else it takes every cluster for Kubernetes 1.20: helm.sh/helm/v3/pkg/chartutil/capabilities.go
      'helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1',
      'helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=34',
    ],
    seconds: 20,
  },
  node: { from: 'npm', package: nodePackage, file: 'bin/node' },
  npm: { from: 'npm', package: 'npm', file: 'bin/npm-cli.js' },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof tools;

export const toolNames = Object.keys(tools) as ToolName[];

/** What looks at the sources; a lab runs without it. */
export const checkTools: readonly ToolName[] = ['actionlint', 'gitleaks', 'pip3', 'zizmor'];
