import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ConfigError, type Environment, EnvReader } from '../env.ts';
import { readServiceSettings } from '../settings.ts';

const problems = (env: Environment, read: (reader: EnvReader) => unknown): readonly string[] => {
  const reader = new EnvReader(env);
  read(reader);
  try {
    reader.finish();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

describe('the settings of every component', () => {
  it('all have defaults', () => {
    const reader = new EnvReader({});
    const settings = readServiceSettings(reader);
    expect(() => reader.finish()).not.toThrow();
    expect(settings).toMatchObject({
      host: undefined,
      port: 8080,
      logLevel: 'info',
      drainSeconds: 5,
      shutdownSeconds: 20,
      version: 'dev',
      revision: 'unknown',
    });
  });

  it('are read from the environment', () => {
    const env = {
      HOST: '::1',
      PORT: '0',
      LOG_LEVEL: 'debug',
      DRAIN_SECONDS: '0',
      SHUTDOWN_SECONDS: '30',
      APP_VERSION: '1.4.2-rc.1+build',
      APP_REVISION: 'b4c1f2a',
      POD_NAME: 'shop-web-1',
    };
    expect(readServiceSettings(new EnvReader(env))).toEqual({
      host: '::1',
      port: 0,
      logLevel: 'debug',
      drainSeconds: 0,
      shutdownSeconds: 30,
      version: '1.4.2-rc.1+build',
      revision: 'b4c1f2a',
      pod: 'shop-web-1',
    });
  });

  it('report all problems at once, each with its variable, value and what is expected', () => {
    const env = { PORT: '65536', LOG_LEVEL: 'loud', DRAIN_SECONDS: '-1', APP_VERSION: 'a\r\nb', SHUTDOWN_SECONDS: '0' };
    expect(problems(env, readServiceSettings)).toEqual([
      'PORT is "65536", expected a whole number from 0 to 65535',
      'LOG_LEVEL is "loud", expected one of error, warn, info, debug',
      'DRAIN_SECONDS is "-1", expected a whole number from 0 to 600',
      'SHUTDOWN_SECONDS is "0", expected a whole number from 1 to 600',
      'APP_VERSION is "a\\r\\nb", expected at most 128 letters, digits, ".", "_", "+" and "-"',
    ]);
  });
});

describe('EnvReader', () => {
  it.each(['1e3', '0x10', '1.5', ' ', '-0', '٣', '9999999999'])('rejects %j as a number', (value) => {
    const reader = new EnvReader({ N: value });
    expect(reader.integer('N', { min: 0, max: 5000, fallback: 7 })).toBe(7);
  });

  it('accepts every whole number in the range, and no other', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(100_000), fc.nat(100_000), (value, a, b) => {
        const [min, max] = [Math.min(a, b), Math.max(a, b)];
        const found = problems({ N: String(value) }, (reader) => reader.integer('N', { min, max, fallback: min }));
        expect(found).toHaveLength(value >= min && value <= max ? 0 : 1);
      }),
    );
  });

  it.each(['http://api', 'https://api.shop.svc:8443/v1', ' http://127.0.0.1:1 '])('accepts the URL %j', (value) => {
    expect(problems({ A: value }, (reader) => reader.address('A', 'http://api'))).toEqual([]);
  });

  it.each(['api', 'api:8080', 'ftp://api', 'http://user:secret@api', 'http://api?x=1', 'http://api#x', '//api'])(
    'refuses the address %j',
    (value) => {
      expect(problems({ A: value }, (reader) => reader.address('A', 'http://api'))).toEqual([
        `A is ${JSON.stringify(value)}, expected an HTTP URL such as http://api`,
      ]);
    },
  );

  it('treats an empty variable as unset', () => {
    expect(problems({ A: '' }, (reader) => reader.address('A', 'http://api'))).toEqual([
      'A is required, for example http://api',
    ]);
  });
});
