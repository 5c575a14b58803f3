import type { RegistryEndpoint } from '../../registries/index.ts';

/** A string as TOML writes it: https://toml.io/en/v1.0.0#string (the escapes of JSON are a subset of its own). */
const quoted = (text: string) => JSON.stringify(text);

export interface ContainerdSettings {
  root: string;
  /** Directory of the network's configuration. */
  network: string;
  /** Directory of the CNI plug-ins. */
  plugins: string;
  runc: string;
  pauseImage: string;
  registry: RegistryEndpoint;
}

/**
 * The text of containerd's configuration, version 2: https://github.com/containerd/containerd/blob/release/1.6/docs/cri/config.md
 * Its run-time directory is /run/containerd, which is the lab's own in the node's mount namespace. The login stands for the
 * node's own identity, by which a cloud's nodes pull.
 */
export function containerdConfig(settings: ContainerdSettings): string {
  const { root, network, plugins, runc, pauseImage, registry } = settings;
  return `version = 2
root = ${quoted(root)}
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
  sandbox_image = ${quoted(pauseImage)}
  netns_mounts_under_state_dir = true
  # Without CAP_SYS_RESOURCE nobody may lower the score.
  restrict_oom_score_adj = true
  enable_unprivileged_ports = true
  enable_unprivileged_icmp = true

[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = ${quoted(plugins)}
  conf_dir = ${quoted(network)}

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  BinaryName = ${quoted(runc)}
  SystemdCgroup = false

[plugins."io.containerd.grpc.v1.cri".registry.configs.${quoted(registry.host)}.auth]
  username = ${quoted(registry.username)}
  password = ${quoted(registry.password)}
`;
}
