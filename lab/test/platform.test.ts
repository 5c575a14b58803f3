import { describe, expect, it } from '@jest/globals';
import { formatStatus } from '../cli/status.ts';
import { requireLinuxRoot } from '../lifecycle/platform.ts';

describe('requireLinuxRoot', () => {
  it.each([
    ['darwin', 501, 'run only on Linux; this is darwin'],
    ['win32', undefined, 'run only on Linux; this is win32'],
    ['linux', 1000, 'needs root; this is user id 1000'],
  ])('rejects %s as user %s, and says what works without the lab', (platform, uid, message) => {
    const attempt = () => requireLinuxRoot({ platform, arch: 'x64', uid });
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ next: expect.stringContaining('npm run test:unit') }));
  });

  it('accepts root on Linux', () => {
    expect(() => requireLinuxRoot({ platform: 'linux', arch: 'arm64', uid: 0 })).not.toThrow();
  });
});

describe('formatStatus', () => {
  it('returns a table, or says how to start the lab', () => {
    const hub = { name: 'hub', running: true, pid: 7, port: 4000, since: 'now', log: '/l' };
    const text = formatStatus([hub, { ...hub, name: 'buildkitd', running: false, port: undefined }]);
    expect(text.split('\n')).toEqual([
      'SERVICE    STATE    PID  ADDRESS         SINCE',
      'hub        running  7    127.0.0.1:4000  now',
      'buildkitd  ended    7                    now',
    ]);
    expect(formatStatus([])).toContain('npm run lab -- up');
  });
});
