import { beforeAll, describe, expect, it } from '@jest/globals';
import { Budget, type Cel, loadCel, NONE, ObjectValue, type Outcome, toValue } from '../../src/cel/index.ts';

let cel: Cel;
beforeAll(async () => {
  cel = await loadCel();
});

const self = toValue({
  a: 1,
  list: [1, 2, 3],
  names: ['b', 'a'],
  text: 'abc',
  ratio: 1.5,
  map: { x: '1', 'y-z': '2' },
  deep: { down: { here: true } },
  items: [{ name: 'a' }, { name: 'b', port: 80 }],
  nothing: null,
});

function run(text: string, budget?: Budget): Outcome {
  const rule = cel.compile(text);
  if ('problem' in rule) throw new Error(rule.problem);
  return rule.evaluate({ self, oldSelf: NONE }, budget);
}

/** Rules that are true. */
const TRUE = [
  // Operators
  'self.a + 1 == 2 && self.a - 1 == 0 && 7 / 2 == 3 && -7 / 2 == -3 && 7 % 3 == 1 && 2 * 3 == 6',
  'self.ratio > 1 && self.ratio < 2.0 && self.ratio + 0.5 == 2.0',
  'self.a == 1.0 && dyn(1) != "1"',
  '"a" < "b" && !("b" <= "a") && "é" > "z" && false < true',
  'self.text + "d" == "abcd" && self.list + [4] == [1, 2, 3, 4]',
  '2 in self.list && !(5 in self.list) && "x" in self.map',
  'self.map["y-z"] == "2" && self.map.x == "1" && self.list[0] == 1',
  '{"a": 1} == {"a": 1} && {"a": 1} != {"a": 2} && {1: "x"}[1] == "x"',
  'self.nothing == null && self.deep != null',
  'true ? true : self.missing',
  // Errors do not count when the other side decides.
  'self.missing || true',
  '!(self.missing && false)',
  'self.list.exists(x, x == 3 || self.missing)',
  '!self.list.all(x, x < 3 && self.missing == 1)',
  // Macros
  'has(self.deep.down) && !has(self.deep.up) && has(self.items[1].port) && !has(self.items[0].port)',
  'self.list.all(x, x > 0) && self.list.exists(x, x == 2) && self.list.exists_one(x, x == 2)',
  'self.map.all(k, self.map[k] != "") && self.map.exists(k, k.startsWith("y"))',
  'self.list.map(x, x * 2) == [2, 4, 6] && self.list.map(x, x > 1, x * 2) == [4, 6]',
  'self.list.filter(x, x > 1) == [2, 3] && self.map.filter(k, k == "x") == ["x"]',
  'self.map.all(k, v, k != v) && self.list.all(i, v, v == i + 1) && self.list.existsOne(i, v, i == 0)',
  'self.list.transformList(i, v, i > 0, v) == [2, 3] && self.map.transformMap(k, v, v + k) == {"x": "1x", "y-z": "2y-z"}',
  'self.list.all(x, self.list.exists(y, y == x))',
  'cel.bind(n, self.list.size(), n == 3)',
  // A variable may have the name of a namespace.
  '["1.2.3.4"].all(ip, isIP(ip)) && ["a"].all(format, format.size() == 1)',
  // Optionals
  'self.?deep.?down.?here.orValue(false) && self.?deep.up.orValue(true) && !self.?up.?down.hasValue()',
  'self.list[?9].orValue(7) == 7 && self.map[?"x"].value() == "1"',
  'optional.of(1).optMap(x, x + 1).orValue(0) == 2 && optional.none().optMap(x, x).hasValue() == false',
  'optional.ofNonZeroValue("").or(optional.of("a")).value() == "a"',
  'oldSelf.orValue("new") == "new" && oldSelf.optMap(o, false).orValue(true)',
  // Conversions
  'size(self.text) == 3 && "é😀".size() == 2 && self.map.size() == 2',
  'string(self.a) == "1" && int("12") == 12 && int(1.9) == 1 && double(1) == 1.0 && bool("true") && string(1.5) == "1.5"',
  'type(self.a) == int && type(self.list) == list && type(self.text) == string',
  // Strings
  'self.text.startsWith("a") && self.text.endsWith("c") && self.text.contains("b")',
  'self.text.matches("^a.c$") && !self.text.matches("^b") && matches(self.text, "b")',
  '"a-b-c".split("-") == ["a", "b", "c"] && "a-b-c".split("-", 2) == ["a", "b-c"] && ["a", "b"].join("+") == "a+b"',
  '"hello".replace("l", "L") == "heLLo" && "hello".replace("l", "L", 1) == "heLlo"',
  '"hello".indexOf("l") == 2 && "hello".lastIndexOf("l") == 3 && "hello".charAt(1) == "e" && "hello".substring(1, 3) == "el"',
  '"AbÄ".lowerAscii() == "abÄ" && "ab".upperAscii() == "AB" && " a ".trim() == "a"',
  '"%s has %d".format([self.text, 3]) == "abc has 3"',
  '"abc 12 34".find("[0-9]+") == "12" && "abc 12 34".findAll("[0-9]+") == ["12", "34"]',
  // Lists
  'self.list.isSorted() && !self.names.isSorted() && self.list.sum() == 6 && self.list.min() == 1 && self.names.max() == "b"',
  'self.names.indexOf("a") == 1 && [1, 1].lastIndexOf(1) == 1 && [].indexOf(1) == -1',
  'sets.contains([1, 2], [1]) && sets.intersects([1], [1, 2]) && sets.equivalent([1, 1], [1]) && !sets.contains([1], [2])',
  // Times
  'duration("1h30m") == duration("90m") && duration("1.5s") > duration("1s") && duration("90m").getHours() == 1',
  'timestamp("2024-02-29T00:00:00Z") + duration("24h") == timestamp("2024-03-01T01:00:00+01:00")',
  'timestamp("2024-03-01T10:00:00Z").getFullYear() == 2024 && timestamp("2024-03-01T10:00:00Z").getDayOfYear() == 60',
  'string(duration("90m")) == "5400s" && string(timestamp("2024-03-01T10:00:00.5Z")) == "2024-03-01T10:00:00.5Z"',
  // Functions of Kubernetes
  'url("https://example.com:80/a?b").getHostname() == "example.com" && url("https://[::1]/").getHost() == "[::1]" && isURL("/a") && !isURL("a.b")',
  'quantity("1Gi").isGreaterThan(quantity("1G")) && quantity("500m").add(quantity("0.5")) == quantity("1") && quantity("2k").asInteger() == 2000 && !isQuantity("1x")',
  'isIP("::1") && !isIP("01.2.3.4") && ip("10.0.0.1").family() == 4 && ip("127.0.0.1").isLoopback() && string(ip("0:0::1")) == "::1"',
  'cidr("10.0.0.0/8").containsIP("10.1.2.3") && !cidr("10.0.0.0/8").containsCIDR("10.0.0.0/7") && cidr("2001:db8::/32").prefixLength() == 32',
  'semver("1.2.3").isLessThan(semver("1.10.0")) && semver("1.2.3").minor() == 2 && !isSemver("v1.0.0") && !isSemver("1.0")',
  'format.dns1123Label().validate("ABC").hasValue() && !format.named("dns1123Label").value().validate("abc").hasValue()',
];

/** Rules that fail in the API server too, with the error. */
const FAILED: [text: string, why: string][] = [
  ['self.missing == 1', 'no such key: missing'],
  ['self.map["missing"] == ""', 'no such key: missing'],
  ['self.list[3] == 1', 'index out of bounds: 3'],
  ['self.list[-1] == 1', 'index out of bounds: -1'],
  ['1 / (self.a - 1) == 1', 'division by zero'],
  ['1 % 0 == 1', 'modulus by zero'],
  ['9223372036854775807 + self.a > 0', 'integer overflow'],
  ['self.list.all(x, self.missing == x)', 'no such key: missing'],
  ['self.missing || false', 'no such key: missing'],
  ['int("x") == 1', "type conversion error from 'string' to 'int'"],
  ['duration("1d") == duration("24h")', '"1d" is not a duration'],
  [
    'timestamp("2024-02-30T00:00:00Z") > timestamp("2024-01-01T00:00:00Z")',
    '"2024-02-30T00:00:00Z" is not a timestamp',
  ],
  ['quantity("1x").isInteger()', '"1x" is not a quantity'],
  ['"abc".substring(4) == ""', 'index out of range: 4'],
  ['optional.none().value() == 1', 'optional.none() dereference'],
];

/** Rules whose result is not known. */
const UNSUPPORTED = [
  'self.text > 1',
  'unknown(self.a)',
  'missing == 1',
  'self.a ? true : false',
  'self.text.reverse() == "cba"',
  'self.a + "1" == ""',
  'unknown(1) && self.missing',
  'self.missing || unknown(1)',
  'timestamp("2024-01-01T00:00:00Z").getHours("Europe/Berlin") == 1',
  '"%.2f".format([1.5]) == "1.50"',
];

describe('rules in CEL', () => {
  it.each(TRUE)('%s', (text) => {
    expect(run(text)).toEqual({ state: 'value', value: true });
  });

  it.each(FAILED)('fail certainly: %s', (text, why) => {
    expect(run(text)).toEqual({ state: 'failed', why });
  });

  it.each(UNSUPPORTED)('have no known result: %s', (text) => {
    expect(run(text).state).toBe('unsupported');
  });

  it.each(['self.', 'self.a ==', '1u == 1u', '{?"a": self.b}', '['.repeat(200), `"${'a'.repeat(20_001)}" == ""`])(
    'cannot be compiled: %.40s',
    (text) => {
      expect(cel.compile(text)).toEqual({ problem: expect.any(String) });
    },
  );

  it('know which variables they use', () => {
    const rule = cel.compile('self.list.all(x, x in oldSelf.list)');
    expect(rule).toMatchObject({ uses: expect.any(Function) });
    if ('problem' in rule) return;
    expect(['self', 'oldSelf', 'other'].map((name) => rule.uses(name))).toEqual([true, true, false]);
  });

  it('give up when the evaluation takes too long', () => {
    const list = `[${Array.from({ length: 50 }, (_, index) => index).join(', ')}]`;
    const nested = ['a', 'b', 'c', 'd', 'e', 'f'].reduceRight(
      (inner, name) => `${list}.all(${name}, ${inner})`,
      'true',
    );
    expect(run(nested)).toEqual({ state: 'unsupported', why: 'its evaluation takes too long' });
    const doubled = Array.from({ length: 40 }).reduce<string>((inner) => `cel.bind(x, ${inner}, x + x)`, '"aaaa"');
    expect(run(`${doubled} == ""`).state).toBe('unsupported');
    expect(run('self.a == 1', new Budget(2)).state).toBe('unsupported');
  });

  it('are not certain of a field that the schema does not declare', () => {
    const object = new ObjectValue(new Map([['a', 1n]]), (name) => name === 'a' || name === 'b');
    const outcome = (text: string): string => {
      const rule = cel.compile(text);
      return 'problem' in rule ? rule.problem : rule.evaluate({ self: object }).state;
    };
    expect(['self.a == 1', 'self.b == 1', 'self.c == 1', 'has(self.b)', 'has(self.c)'].map(outcome)).toEqual([
      'value',
      'failed',
      'unsupported',
      'value',
      'unsupported',
    ]);
  });
});
