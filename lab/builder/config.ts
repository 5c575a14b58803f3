import { join } from 'node:path';

/** Formats a TOML string: https://toml.io/en/v1.0.0#string (JSON's escapes are a subset of TOML's). */
const quote = (text: string) => JSON.stringify(text);

export interface BuildkitSettings {
  /** Directory of everything BuildKit stores. */
  root: string;
  socket: string;
  /** Path of runc. */
  runc: string;
  /** Registries without TLS, as `host:port`. */
  plainHttp: readonly string[];
}

/**
 * Formats buildkitd.toml: https://github.com/moby/buildkit/blob/master/docs/buildkitd.toml.md
 *
 * Build steps use the host network: a bridge would require CNI plug-ins, and `npm ci` in a build stage must reach the
 * registry the way the machine does. Paths that default to /run are in the lab's directory, so that labs do not collide.
 */
export function createBuildkitConfig({ root, socket, runc, plainHttp }: BuildkitSettings): string {
  const registries = plainHttp.map((host) => `[registry.${quote(host)}]\n  http = true\n`);
  return `root = ${quote(root)}
provenanceEnvDir = ${quote(join(root, 'provenance.d'))}

[grpc]
  address = [${quote(`unix://${socket}`)}]
  uid = 0
  gid = 0

[otel]
  socketPath = ${quote(`${socket}.otel`)}

[cdi]
  disabled = true

[history]
  maxEntries = 20

[worker.oci]
  enabled = true
  binary = ${quote(runc)}
  networkMode = "host"
  gc = true
  reservedSpace = "1GB"
  maxUsedSpace = "6GB"
  minFreeSpace = "2GB"

[worker.containerd]
  enabled = false

${registries.join('\n')}`;
}
