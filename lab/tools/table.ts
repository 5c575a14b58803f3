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
  /** Folder below `lab/tools` whose go.mod and go.sum pin everything; without it the module's own requirements hold. */
  module?: string;
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

/** A script of the lab itself, beside this file. */
export interface LabScript {
  from: 'lab';
  file: string;
  /** Names of other tools. */
  needs: readonly string[];
}

export type Tool = DebianCommand | DebianFile | DebianExtract | GoTool | NpmTool | LabScript;

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
  node: { from: 'npm', package: 'node', file: 'bin/node' },
  npm: { from: 'npm', package: 'npm', file: 'bin/npm-cli.js' },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof tools;

export const toolNames = Object.keys(tools) as ToolName[];
