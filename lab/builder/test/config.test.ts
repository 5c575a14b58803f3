import { describe, expect, it } from '@jest/globals';
import { buildkitConfig } from '../config.ts';
import { socketDir } from '../index.ts';
import { mountsBelow } from '../mounts.ts';

describe('buildkitConfig', () => {
  it('keeps every path in the lab and names each registry that speaks plain HTTP', () => {
    const text = buildkitConfig({
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

describe('socketDir', () => {
  it('is in the lab, unless the path would be too long for a socket', () => {
    expect(socketDir('/srv/.lab')).toBe('/srv/.lab/run');
    const long = `/${'x'.repeat(100)}`;
    expect(socketDir(long)).not.toContain(long);
    expect(socketDir(long)).not.toBe(socketDir(`${long}y`));
  });
});

describe('mountsBelow', () => {
  it('lists the innermost first, spaces in names decoded, and nothing beside the directory', () => {
    const table = [
      '21 1 8:1 / / rw - ext4 /dev/sda rw',
      '22 21 0:1 / /lab/a\\040b rw - overlay overlay rw',
      '23 22 0:2 / /lab/a\\040b/c rw - tmpfs tmpfs rw',
      '24 21 0:3 / /lab2/d rw - tmpfs tmpfs rw',
      '',
    ].join('\n');
    expect(mountsBelow('/lab', table)).toEqual(['/lab/a b/c', '/lab/a b']);
  });
});
