import { describe, expect, it } from '@jest/globals';
import { type TrafficConfig, validateConfig } from '../config.ts';

const config = (change: Partial<TrafficConfig>): TrafficConfig => ({
  url: 'http://127.0.0.1:30080/',
  rate: 200,
  seconds: 60,
  recordFile: '/tmp/r',
  reportFile: '/tmp/s',
  ...change,
});

describe('limits of the traffic', () => {
  it.each([
    ['steady traffic', {}],
    ['steady traffic for half an hour', { rate: 400, seconds: 1800 }],
    ['load for two minutes', { rate: 2000, seconds: 120 }],
  ])('%s is accepted', (_, change) => {
    expect(validateConfig(config(change))).toEqual(config(change));
  });

  it.each([
    ['another machine', { url: 'http://192.0.2.1/' }, '192.0.2.1 is not 127.0.0.1'],
    ['a name, even this machine’s', { url: 'http://localhost:80/' }, 'localhost is not 127.0.0.1'],
    ['a name that begins like the address', { url: 'http://127.0.0.1.example.com/' }, 'is not 127.0.0.1'],
    [
      'a user name that looks like the address',
      { url: 'http://127.0.0.1@example.com/' },
      'example.com is not 127.0.0.1',
    ],
    ['another protocol', { url: 'https://127.0.0.1/' }, 'https: is not supported'],
    ['an invalid URL', { url: '127.0.0.1' }, '127.0.0.1 is not a valid URL'],
    ['no rate', { rate: 0 }, '0 requests per second'],
    ['a rate that is not a number', { rate: Number.NaN }, 'NaN requests per second'],
    ['a rate above the limit', { rate: 2001 }, '2001 requests per second'],
    ['an infinite duration', { seconds: Number.POSITIVE_INFINITY }, 'Infinity s'],
    ['load for too long', { rate: 401, seconds: 121 }, '121 s is not between 0 and 120 at 401 requests per second'],
  ])('%s is rejected', (_, change, problem) => {
    expect(() => validateConfig(config(change))).toThrow(problem);
  });
});
