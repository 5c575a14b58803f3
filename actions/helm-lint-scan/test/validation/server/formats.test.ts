import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isStrictlyInside, parseNetwork, reservedAddress } from '../../../src/validation/server/formats/addresses.ts';
import { scheduleProblem } from '../../../src/validation/server/formats/cron.ts';
import { dnsSubdomain, labelValue, qualifiedName } from '../../../src/validation/server/formats/names.ts';
import { isWhole, parseQuantity } from '../../../src/validation/server/formats/quantity.ts';

describe('schedules', () => {
  it.each(['* * * * *', '*/15 0-6 1,15 jan-MAR sun', '0 0 ? * 1-5', '@daily', '@every 1h30m', '5/10 * * * *'])(
    '%s is valid',
    (schedule) => {
      expect(scheduleProblem(schedule)).toBeUndefined();
    },
  );

  it.each([
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['0 0 * * * *', 'expected exactly 5 fields, found 6: [0 0 * * * *]'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['30-10 * * * *', 'beginning of range (30) beyond end of range (10): 30-10'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['* * * * 7', 'end of range (7) above maximum (6): 7'],
    ['a * * * *', 'failed to parse int from a'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
    ['@often', 'unrecognized descriptor: @often'],
    ['@every soon', 'failed to parse duration @every soon'],
    ['TZ=UTC * * * * *', 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'],
  ])('%s: %s', (schedule, problem) => {
    expect(scheduleProblem(schedule)).toBe(problem);
  });
});

describe('quantities', () => {
  it.each([
    ['1', 1, 10n ** 9n],
    ['0.5', '500m', 5n * 10n ** 8n],
    ['1Ki', '1024', 1024n * 10n ** 9n],
    ['1e3', '1k', 10n ** 12n],
    ['-1', '-1000m', -(10n ** 9n)],
    ['0.1n', '1n', 1n],
  ])('%s is %s', (one, other, amount) => {
    expect(parseQuantity(one)).toBe(amount);
    expect(parseQuantity(other)).toBe(amount);
  });

  it.each(['', '.', '1 Gi', '256MB', 'Mi', '1e99999', null, {}])('%j is none', (value) => {
    expect(parseQuantity(value)).toBeUndefined();
  });

  it('are whole when they have no thousandths', () => {
    expect(isWhole(parseQuantity('2') ?? 0n)).toBe(true);
    expect(isWhole(parseQuantity('1500m') ?? 0n)).toBe(false);
  });

  it('have an exact size for every number of bytes', () => {
    fc.assert(fc.property(fc.nat(), (bytes) => expect(parseQuantity(bytes)).toBe(BigInt(bytes) * 10n ** 9n)));
  });
});

describe('addresses', () => {
  it.each(['10.0.0.0/8', '010.1.2.3/32', '::/0', '2001:db8::/64'])('%s is a network', (text) => {
    expect(parseNetwork(text)).toBeDefined();
  });

  it.each(['10.0.0.0', '10.0.0.0/33', '10.0.0/8', 'fe80::1%eth0/64', '/8', ''])('%j is not a network', (text) => {
    expect(parseNetwork(text)).toBeUndefined();
  });

  it.each([
    ['10.1.0.0/16', '10.0.0.0/8', true],
    ['10.0.0.0/8', '10.0.0.0/8', false],
    ['11.0.0.0/16', '10.0.0.0/8', false],
    ['::/64', '10.0.0.0/8', false],
  ])('%s is a part of %s: %s', (inner, outer, expected) => {
    const [one, other] = [parseNetwork(inner), parseNetwork(outer)];
    if (one === undefined || other === undefined) throw new Error('not a network');
    expect(isStrictlyInside(one, other)).toBe(expected);
  });

  it.each([
    ['127.0.0.1', 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    ['0.0.0.0', 'may not be unspecified'],
    ['fe80::1', 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
    ['10.0.0.1', undefined],
    ['not an address', undefined],
  ])('%s: %s', (address, problem) => {
    expect(reservedAddress(address)).toBe(problem);
  });
});

it('no text, however long, makes the check of a name slow or fail', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2000 }), (text) => {
      for (const format of [dnsSubdomain, labelValue, qualifiedName]) expect(Array.isArray(format(text))).toBe(true);
    }),
  );
  expect(dnsSubdomain('a-'.repeat(100_000))).toEqual(['must be no more than 253 characters']);
});
