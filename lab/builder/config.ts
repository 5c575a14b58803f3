import { join } from 'node:path';

/** A string as TOML writes it: https://toml.io/en/v1.0.0#string (the escapes of JSON are a subset of its own). */
const quoted = (text: string) => JSON.stringify(text);

export interface BuildkitSettings {
  /** Directory of everything BuildKit stores. */
  root: string;
  socket: string;
  /** Path of runc. */
  runc: string;
  /** Registries that speak plain HTTP, as `host:port`. */
  plainHttp: readonly string[];
}

/**
 * The text of buildkitd.toml: https://github.com/moby/buildkit/blob/master/docs/buildkitd.toml.md
 *
 * Steps share the machine's network: a bridge of their own would need CNI plug-ins, and `npm ci` in a build stage must
 * get out the way the machine does. Paths that BuildKit would put below /run are in the lab, so that labs do not collide.
 */
export function buildkitConfig({ root, socket, runc, plainHttp }: BuildkitSettings): string {
  const registries = plainHttp.map((host) => `[registry.${quoted(host)}]\n  http = true\n`);
  return `root = ${quoted(root)}
provenanceEnvDir = ${quoted(join(root, 'provenance.d'))}

[grpc]
  address = [${quoted(`unix://${socket}`)}]
  uid = 0
  gid = 0

[otel]
  socketPath = ${quoted(`${socket}.otel`)}

[cdi]
  disabled = true

[history]
  maxEntries = 20

[worker.oci]
  enabled = true
  binary = ${quoted(runc)}
  networkMode = "host"
  gc = true
  reservedSpace = "1GB"
  maxUsedSpace = "6GB"
  minFreeSpace = "2GB"

[worker.containerd]
  enabled = false

${registries.join('\n')}`;
}
