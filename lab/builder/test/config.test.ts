import { describe, expect, it } from '@jest/globals';
import { createBuildkitConfig } from '../config.ts';
import { getSocketDir } from '../index.ts';
import { findMountsUnder } from '../mounts.ts';

describe('buildkitConfig', () => {
  it('keeps every path in the lab and lists each registry without TLS', () => {
    const text = createBuildkitConfig({
      root: '/lab/data',
      socket: '/lab/run/b.sock',
      runc: '/bin/runc',
      plainHttp: ['localhost:1', 'localhost:2'],
    });
    expect(text).toContain('root = "/lab/data"');
    expect(text).toContain('address = ["unix:///lab/run/b.sock"]');
    expect(text).toContain('socketPath = "/lab/run/b.sock.otel"');
    expect(text.match(/\[registry\."localhost:[12]"\]\n {2}http = true/g)).toHaveLength(2);
    expect(text).not.toMatch(/"\/(run|var|etc)\//);
  });
});

describe('getSocketDir', () => {
  it('is in the lab unless the path is too long for a socket', () => {
    expect(getSocketDir('/srv/.lab')).toBe('/srv/.lab/run');
    const long = `/${'x'.repeat(100)}`;
    expect(getSocketDir(long)).not.toContain(long);
    expect(getSocketDir(long)).not.toBe(getSocketDir(`${long}y`));
  });
});

describe('mountsBelow', () => {
  it('lists the innermost mount first, decodes spaces, and ignores mounts outside the directory', () => {
    const table = [
      '21 1 8:1 / / rw - ext4 /dev/sda rw',
      '22 21 0:1 / /lab/a\\040b rw - overlay overlay rw',
      '23 22 0:2 / /lab/a\\040b/c rw - tmpfs tmpfs rw',
      '24 21 0:3 / /lab2/d rw - tmpfs tmpfs rw',
      '',
    ].join('\n');
    expect(findMountsUnder('/lab', table)).toEqual(['/lab/a b/c', '/lab/a b']);
  });
});
