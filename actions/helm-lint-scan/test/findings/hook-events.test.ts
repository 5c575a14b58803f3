import { describe, expect, it } from '@jest/globals';
import { findUnknownEvents } from '../../src/findings/hook-events.ts';

describe('the events of a hook', () => {
  const unknown = (text: string): string[] =>
    findUnknownEvents(text).map(({ line, event, suggestion }) => `${line} ${event} ${suggestion}`);

  it.each([
    ['helm.sh/hook: pre-installl', ['1 pre-installl pre-install']],
    ['a:\n  "helm.sh/hook": "post-upgrade,pre-rolback" # both', ['2 pre-rolback pre-rollback']],
    ["'helm.sh/hook': 'sometimes'", ['1 sometimes undefined']],
    ['annotations: { helm.sh/hook: pre-installl, helm.sh/hook-weight: "5" }', ['1 pre-installl pre-install']],
    ['annotations: { "helm.sh/hook": pre-instal }', ['1 pre-instal pre-install']],
    ['{{/* one\ntwo */}}\nhelm.sh/hook: tests', ['3 tests test']],
  ])('that Helm does not know are found: %j', (text, expected) => {
    expect(unknown(text)).toEqual(expected);
  });

  it.each([
    ['helm.sh/hook: pre-install,post-upgrade'],
    ['helm.sh/hook: Post-Delete # Helm ignores the case'],
    ['"helm.sh/hook": test-success'],
    ['metadata: { name: t, annotations: { helm.sh/hook: test } }'],
    ['metadata: { annotations: { "helm.sh/hook": "test" }, name: t }'],
    ['metadata: { annotations: { helm.sh/hook: test }, name: t }'],
    ['helm.sh/hook: {{ .Values.hook }}'],
    ['helm.sh/hook: pre-{{ .Values.hook }}'],
    ['helm.sh/hook: "pre-install,{{ .Values.hook }}"'],
    ['helm.sh/hook-delete-policy: before-hook-creation'],
    ['# helm.sh/hook: never'],
    ['{{- /* helm.sh/hook: never */ -}}'],
    ['helm.sh/hook:'],
  ])('that are right, computed or in a comment are not: %j', (text) => {
    expect(unknown(text)).toEqual([]);
  });

  it('are found in a large template with unclosed comments', () => {
    expect(unknown(`${'{{/* '.repeat(100_000)}\nhelm.sh/hook: never`)).toEqual(['2 never undefined']);
  });
});
