import { describe, expect, it } from '@jest/globals';
import { explainFailure } from '../failures.ts';

describe('explainFailure', () => {
  it.each([
    ['write /home/dev/.cache/go-build/x: no space left on device', 'the disk is full', /Free some space/],
    ["E: You don't have enough free space in /var/cache/apt/archives/.", 'the disk is full', /Free some space/],
    ['go: go.mod requires go >= 1.26.8 (running go 1.24.4; GOTOOLCHAIN=local)', 'too old', /Install the newest Go/],
    ['go: download go1.26.8 for linux/amd64: toolchain not available', 'too old', /Install the newest Go/],
    ['go: x: Get "https://example.org": dial tcp: lookup example.org: no such host', 'the network', /GOPROXY/],
    [
      "E: Failed to fetch http://example.org/x.deb  Temporary failure resolving 'example.org'",
      'the network',
      /can be downloaded/,
    ],
    [
      'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1',
      'another package manager',
      /dpkg --configure -a/,
    ],
    [
      'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.',
      'does not match the hash',
      /Find out/,
    ],
    ['SECURITY ERROR', 'does not match the hash that this checkout pins', /proxy/],
    ['E: Packages need to be removed but remove is disabled.', 'removes no packages', /conflicting package/],
  ])('%s', (output, cause, next) => {
    const error = explainFailure('building act', `some line\n${output}\n`);
    expect(error.message).toMatch(/^building act failed: /);
    expect(error.message).toContain(cause);
    expect(error.message).toContain(output);
    expect(error.next).toMatch(next);
  });

  it('shows the last lines of an unknown output', () => {
    const output = Array.from({ length: 30 }, (_, line) => `line ${line}`).join('\n');
    const { message } = explainFailure('building act', output);
    expect(message).toContain('line 29');
    expect(message).not.toContain('line 1\n');
    expect(message.split('\n')[0]).toBe('building act failed.');
  });
});
