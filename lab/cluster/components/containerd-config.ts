import type { RegistryEndpoint } from '../../registries/index.ts';

/** Formats a TOML string: https://toml.io/en/v1.0.0#string (JSON's escapes are a subset of TOML's). */
const quote = (text: string) => JSON.stringify(text);

export interface ContainerdSettings {
  root: string;
  /** Directory of the CNI configuration. */
  network: string;
  /** Directory of the CNI plug-ins. */
  plugins: string;
  runc: string;
  pauseImage: string;
  registry: RegistryEndpoint;
}

/**
 * Formats containerd's configuration, version 2: https://github.com/containerd/containerd/blob/release/1.6/docs/cri/config.md
 * Its runtime directory is /run/containerd, which is a directory of the lab in the node's mount namespace. The login replaces
 * the node identity with which the nodes of a cloud pull images.
 */
export function createContainerdConfig(settings: ContainerdSettings): string {
  const { root, network, plugins, runc, pauseImage, registry } = settings;
  return `version = 2
root = ${quote(root)}
state = "/run/containerd"
disabled_plugins = [
  "io.containerd.internal.v1.opt",
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
]

[grpc]
  address = "/run/containerd/containerd.sock"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${quote(pauseImage)}
  netns_mounts_under_state_dir = true
  # Lowering the score requires CAP_SYS_RESOURCE.
  restrict_oom_score_adj = true
  enable_unprivileged_ports = true
  enable_unprivileged_icmp = true

[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = ${quote(plugins)}
  conf_dir = ${quote(network)}

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  BinaryName = ${quote(runc)}
  SystemdCgroup = false

[plugins."io.containerd.grpc.v1.cri".registry.configs.${quote(registry.host)}.auth]
  username = ${quote(registry.username)}
  password = ${quote(registry.password)}
`;
}
