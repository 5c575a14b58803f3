import { describe, expect, it } from '@jest/globals';
import { refused } from './refused.ts';

const named = (apiVersion: string, kind: string, metadata: string): string =>
  `{ apiVersion: ${apiVersion}, kind: ${kind}, metadata: { ${metadata} } }`;

const reasons = (text: string, minor?: number): string[] =>
  refused(text, minor)
    .filter((message) => message.startsWith('metadata.'))
    .map((message) => message.replace(/ (?:lowercase|must consist|label must).*/, ''));

describe('names', () => {
  it.each([
    ['v1', 'ConfigMap', 'name: MyConfig', ['metadata.name: Invalid value: "MyConfig": a']],
    ['v1', 'Namespace', 'name: a.b', ['metadata.name: Invalid value: "a.b": a']],
    ['v1', 'Service', 'name: 1web', ['metadata.name: Invalid value: "1web": a DNS-1035']],
    ['apps/v1', 'StatefulSet', 'name: a.b', ['metadata.name: Invalid value: "a.b": a']],
    ['example.com/v1', 'Shop', 'name: Shop', ['metadata.name: Invalid value: "Shop": a']],
    [
      'v1',
      'ConfigMap',
      `name: ${'a'.repeat(254)}`,
      [`metadata.name: Invalid value: "${'a'.repeat(76)}...: must be no more than 253 characters`],
    ],
    [
      'batch/v1',
      'CronJob',
      `name: ${'a'.repeat(53)}`,
      [`metadata.name: Invalid value: "${'a'.repeat(53)}": must be no more than 52 characters`],
    ],
    ['v1', 'ConfigMap', 'generateName: Web-', ['metadata.generateName: Invalid value: "Web-": a']],
    ['v1', 'ConfigMap', 'name: a, namespace: a.b', ['metadata.namespace: Invalid value: "a.b": a']],
    [
      'rbac.authorization.k8s.io/v1',
      'Role',
      'name: a/b',
      ['metadata.name: Invalid value: "a/b": may not contain \'/\''],
    ],
  ])('%s %s with %s', (apiVersion, kind, metadata, expected) => {
    expect(reasons(named(apiVersion, kind, metadata))).toEqual(expected);
  });

  it.each([
    ['v1', 'ConfigMap', 'name: a.b-c'],
    ['v1', 'ConfigMap', 'generateName: web-'],
    ['rbac.authorization.k8s.io/v1', 'ClusterRole', 'name: "system:My:role"'],
    ['policy/v1', 'PodDisruptionBudget', 'name: "*"'],
    ['v1', 'ConfigMap', 'name: a, annotations: { Example.com/A: "c d +/ \\n" }'],
    ['v1', 'ConfigMap', 'name: a, labels: { a: "", example.com/b: A_b.c-1 }'],
  ])('%s %s is accepted with %s', (apiVersion, kind, metadata) => {
    expect(reasons(named(apiVersion, kind, metadata))).toEqual([]);
  });
});

it('a label with the build metadata of a version is refused, with the advice to replace the +', () => {
  const [message] = refused(named('v1', 'ConfigMap', 'name: a, labels: { app.kubernetes.io/version: 1.2.3+build.5 }'));
  expect(message).toMatch(
    /^metadata\.labels\["app\.kubernetes\.io\/version"\]: Invalid value: "1\.2\.3\+build\.5": a valid label .*; replace the \+ by _/,
  );
});

it.each([
  ['labels: { a b: c }', 'metadata.labels["a b"]: Invalid value: "a b": name part must consist of'],
  ['labels: { a/b/c: d }', 'metadata.labels["a/b/c"]: Invalid value: "a/b/c": a qualified name must have at most one'],
  ['annotations: { a b: c }', 'metadata.annotations["a b"]: Invalid value: "a b": name part'],
  [
    `annotations: { a: ${'x'.repeat(256 * 1024)} }`,
    'metadata.annotations: Too long: may not be more than 262144 bytes',
  ],
  ['finalizers: [a b]', 'metadata.finalizers[0]: Invalid value: "a b": name part'],
])('metadata is refused with %s', (metadata, message) => {
  const messages = refused(named('v1', 'ConfigMap', `name: a, ${metadata}`));
  expect(messages.map((found) => found.slice(0, message.length))).toEqual([message]);
});
