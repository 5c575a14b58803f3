import { describe, expect, it } from '@jest/globals';
import { compare } from 'bcryptjs';
import { parse } from 'yaml';
import { createHtpasswd, createRegistryConfig } from '../config.ts';

describe('registryConfig', () => {
  it('binds only loopback, requires a password and allows deletion', () => {
    const text = createRegistryConfig({ port: 5001, dataDir: '/d: x', passwordFile: '/p #1', secret: 's' });
    expect(parse(text)).toMatchObject({
      http: { addr: '127.0.0.1:5001', secret: 's' },
      storage: { filesystem: { rootdirectory: '/d: x' }, delete: { enabled: true } },
      auth: { htpasswd: { path: '/p #1' } },
    });
  });
});

describe('passwordFile', () => {
  it('contains the user and a bcrypt hash, not the password', async () => {
    const text = await createHtpasswd('ci', 'secret');
    expect(text).toMatch(/^ci:\$2[aby]\$04\$\S{53}\n$/);
    expect(await compare('secret', text.trim().slice('ci:'.length))).toBe(true);
  });
});
