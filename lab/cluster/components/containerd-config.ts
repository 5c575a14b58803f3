import type { RegistryEndpoint } from '../../registries/index.ts';

/** Formats a TOML string: https://toml.io/en/v1.0.0#string (JSON's escapes are a subset of TOML's). */
const quote = (text: string) => JSON.stringify(text);

export interface ContainerdSettings {
  root: string;
  /** Directory of the CNI configuration. */
  network: string;
  /** Directory of the CNI plug-ins. */
  plugins: string;
  /** The program `containerd-shim-runc-v2`. */
  shim: string;
  runc: string;
  pauseImage: string;
  /** Directory of the registries' configuration: `HOST/hosts.toml`, see {@link createRegistryConfig}. */
  registries: string;
}

/**
 * Formats containerd's configuration, version 3: https://github.com/containerd/containerd/blob/main/docs/cri/config.md
 * Its runtime directory is /run/containerd, which is a directory of the lab in the node's mount namespace.
 */
export function createContainerdConfig(settings: ContainerdSettings): string {
  const { root, network, plugins, shim, runc, pauseImage, registries } = settings;
  return `version = 3
root = ${quote(root)}
state = "/run/containerd"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.nri.v1.nri"]

[grpc]
  address = "/run/containerd/containerd.sock"

[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = ${quote(pauseImage)}

[plugins."io.containerd.cri.v1.images".registry]
  config_path = ${quote(registries)}

[plugins."io.containerd.cri.v1.runtime"]
  netns_mounts_under_state_dir = true
  # Lowering the score requires CAP_SYS_RESOURCE.
  restrict_oom_score_adj = true
  enable_unprivileged_ports = true
  enable_unprivileged_icmp = true

[plugins."io.containerd.cri.v1.runtime".cni]
  bin_dirs = [${quote(plugins)}]
  conf_dir = ${quote(network)}

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  runtime_path = ${quote(shim)}

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
  BinaryName = ${quote(runc)}
  SystemdCgroup = false
`;
}

/**
 * Formats the configuration of a registry: https://github.com/containerd/containerd/blob/main/docs/hosts.md
 * The login replaces the node identity with which the nodes of a cloud pull images.
 */
export function createRegistryConfig({ host, username, password }: RegistryEndpoint): string {
  const url = `http://${host}`;
  const login = Buffer.from(`${username}:${password}`).toString('base64');
  return `server = ${quote(url)}

[host.${quote(url)}]
  capabilities = ["pull", "resolve"]

[host.${quote(url)}.header]
  authorization = ${quote(`Basic ${login}`)}
`;
}
