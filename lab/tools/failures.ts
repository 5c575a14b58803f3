import { LabError } from '../errors.ts';

/** Causes that the user can remove, recognized in the output of apt-get, go, pip or mmdebstrap. The first match wins. */
const CAUSES: readonly { pattern: RegExp; cause: string; next: string }[] = [
  {
    pattern: /no space left on device|You don't have enough free space/i,
    cause: 'the disk is full',
    next: 'Free some space (5 GB is enough for everything) and run the same command again; finished builds are kept.',
  },
  {
    // https://go.dev/doc/toolchain: with GOTOOLCHAIN=local, or a toolchain that cannot be fetched, go stops here.
    pattern: /go\.mod requires go >= |requires go >= [\d.]+ \(running|toolchain not available|download go1\.\S+ for/,
    cause: 'this Go is too old and could not download a newer toolchain',
    next: 'Install the newest Go (https://go.dev/dl) and run the same command again.',
  },
  {
    pattern: /DO NOT MATCH THE HASHES|^SECURITY ERROR$/m,
    cause: 'the download does not match the hash that this checkout pins',
    next: 'Find out whether the server or a proxy changed it before you run the same command again.',
  },
  {
    pattern: /Could not get lock|Unable to acquire the dpkg frontend lock|dpkg was interrupted/,
    cause: 'another package manager is running or was interrupted',
    next: 'Wait until it ends (or run `dpkg --configure -a` if it was interrupted) and run the same command again.',
  },
  {
    pattern: /Packages need to be removed but remove is disabled/,
    cause: 'a package from another source conflicts, and the lab removes no packages',
    next: 'Remove the conflicting package if you do not need it; `apt-get install` of the same packages names it.',
  },
  {
    pattern:
      /no such host|Temporary failure resolving|Could not resolve|dial tcp|connection refused|Could not connect|network is unreachable|i\/o timeout|TLS handshake|Failed to fetch|403 Forbidden|certificate signed by unknown authority/i,
    cause: 'the network or the package server is not working',
    next: 'Check that Debian packages and Go modules can be downloaded (proxy settings: https_proxy, GOPROXY) and run the same command again.',
  },
];

/** The error for a failed `action`, such as "building act", from the `output` of its program. */
export function explainFailure(action: string, output: string): LabError {
  const match = CAUSES.find(({ pattern }) => pattern.test(output));
  const tail = output.trimEnd().split('\n').slice(-12).join('\n');
  const details = tail ? `\n${tail.replace(/^/gm, '  | ')}` : '';
  return new LabError(
    `${action} failed${match ? `: ${match.cause}` : ''}.${details}`,
    match?.next ?? 'Read the last lines of the output above; the command is safe to run again.',
  );
}
