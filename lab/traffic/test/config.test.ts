import { describe, expect, it } from '@jest/globals';
import { checkConfig, type TrafficConfig } from '../config.ts';

const config = (change: Partial<TrafficConfig>): TrafficConfig => ({
  url: 'http://127.0.0.1:30080/',
  rate: 200,
  seconds: 60,
  recordFile: '/tmp/r',
  reportFile: '/tmp/s',
  ...change,
});

describe('what traffic may be sent', () => {
  it.each([
    ['steady traffic', {}],
    ['steady traffic for half an hour', { rate: 400, seconds: 1800 }],
    ['load for two minutes', { rate: 2000, seconds: 120 }],
  ])('%s is sent', (_, change) => {
    expect(checkConfig(config(change))).toEqual(config(change));
  });

  it.each([
    ['another machine', { url: 'http://192.0.2.1/' }, '192.0.2.1 is not 127.0.0.1'],
    ['a name, even this machine’s', { url: 'http://localhost:80/' }, 'localhost is not 127.0.0.1'],
    ['a name that begins like the address', { url: 'http://127.0.0.1.example.com/' }, 'is not 127.0.0.1'],
    ['a user that looks like the address', { url: 'http://127.0.0.1@example.com/' }, 'example.com is not 127.0.0.1'],
    ['another protocol', { url: 'https://127.0.0.1/' }, 'https: is not spoken'],
    ['no address', { url: '127.0.0.1' }, '127.0.0.1 is not an address'],
    ['no rate', { rate: 0 }, '0 requests a second'],
    ['a rate that is no number', { rate: Number.NaN }, 'NaN requests a second'],
    ['a flood', { rate: 2001 }, '2001 requests a second'],
    ['no end', { seconds: Number.POSITIVE_INFINITY }, 'Infinity s'],
    ['load for long', { rate: 401, seconds: 121 }, '121 s is not between 0 and 120 at 401 requests a second'],
  ])('%s is refused', (_, change, why) => {
    expect(() => checkConfig(config(change))).toThrow(why);
  });
});
