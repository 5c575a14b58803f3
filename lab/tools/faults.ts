import { LabError } from '../errors.ts';

/** What the output of apt-get, go, pip or mmdebstrap says about a cause its user can remove. First match wins. */
const causes: readonly { pattern: RegExp; cause: string; next: string }[] = [
  {
    pattern: /no space left on device|You don't have enough free space/i,
    cause: 'the disk is full',
    next: 'Free some space (5 GB is enough for everything) and run the same command again; what is finished is kept.',
  },
  {
    // https://go.dev/doc/toolchain: with GOTOOLCHAIN=local, or a toolchain that cannot be fetched, go stops here.
    pattern: /go\.mod requires go >= |requires go >= [\d.]+ \(running|toolchain not available|download go1\.\S+ for/,
    cause: 'this Go is too old for it and could not fetch a newer one',
    next: 'Install the newest Go (https://go.dev/dl) and run the same command again.',
  },
  {
    pattern: /DO NOT MATCH THE HASHES|^SECURITY ERROR$/m,
    cause: 'what was downloaded is not what this checkout pins',
    next: 'Find out who changed it, the server or a proxy in between, before you run the same command again.',
  },
  {
    pattern: /Could not get lock|Unable to acquire the dpkg frontend lock|dpkg was interrupted/,
    cause: 'another package manager is at work or was interrupted',
    next: 'Wait for it to end (or run `dpkg --configure -a` if it was interrupted) and run the same command again.',
  },
  {
    pattern: /Packages need to be removed but remove is disabled/,
    cause: 'a package of another source is in the way, and the lab removes nothing',
    next: 'Remove the conflicting package yourself if you do not need it; `apt-get install` of the same packages names it.',
  },
  {
    pattern:
      /no such host|Temporary failure resolving|Could not resolve|dial tcp|connection refused|Could not connect|network is unreachable|i\/o timeout|TLS handshake|Failed to fetch|403 Forbidden|certificate signed by unknown authority/i,
    cause: 'the network or the package server behind it does not answer as it should',
    next: 'Check that Debian packages and Go modules can be downloaded here (proxy settings: https_proxy, GOPROXY), then run the same command again.',
  },
];

/** The error for a failed `action` (such as "building act") whose program printed `output`. */
export function explainFailure(action: string, output: string): LabError {
  const known = causes.find(({ pattern }) => pattern.test(output));
  const tail = output.trimEnd().split('\n').slice(-12).join('\n');
  const details = tail ? `\n${tail.replace(/^/gm, '  | ')}` : '';
  return new LabError(
    `${action} failed${known ? `: ${known.cause}` : ''}.${details}`,
    known?.next ?? 'Read the last lines of its output above; the command is safe to run again.',
  );
}
