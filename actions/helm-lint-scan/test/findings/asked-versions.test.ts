import { describe, expect, it } from '@jest/globals';
import { findAskedVersions, findQuestion } from '../../src/findings/asked-versions.ts';

const FILE = 'helm/web/templates/pdb.yaml';
const HELPERS = 'helm/web/templates/_helpers.tpl';
const askedIn = (text: string, file = FILE) => findAskedVersions(new Map([[file, text]]));

describe('the API versions that a template asks for', () => {
  it.each<[string, string[]]>([
    ['{{ if .Capabilities.APIVersions.Has "policy/v1beta1" }}', ['1 policy/v1beta1']],
    ['a: b\n{{- if $.Capabilities.APIVersions.Has `policy/v1beta1` }}', ['2 policy/v1beta1']],
    [
      '{{ if and (.Capabilities.APIVersions.Has "a.b/v1") (not (.Capabilities.APIVersions.Has "v1")) }}',
      ['1 a.b/v1', '1 v1'],
    ],
    ['{{ if .Capabilities.APIVersions.Has $version }}', []],
    ['{{/*\n.Capabilities.APIVersions.Has "policy/v1beta1"\n*/}}', []],
    ['{{/* a */}}\n{{ .Capabilities.APIVersions.Has "v1" }}', ['2 v1']],
  ])('%j', (text, expected) => {
    expect(askedIn(text).map(({ line, apiVersion }) => `${line} ${apiVersion}`)).toEqual(expected);
  });

  it.each<[string, asked: string, apiVersion: string, file: string, found: boolean]>([
    ['in the template of the resource', 'policy/v1beta1', 'policy/v1beta1', FILE, true],
    ['in a template that others include', 'policy/v1beta1', 'policy/v1beta1', HELPERS, true],
    ['in the template of another resource', 'policy/v1beta1', 'policy/v1beta1', 'helm/web/templates/psp.yaml', false],
    ['for another version', 'policy/v1', 'policy/v1beta1', FILE, false],
  ])('%s', (_, asked, apiVersion, file, found) => {
    const questions = askedIn(`{{ if .Capabilities.APIVersions.Has "${asked}" }}`, file);
    const source = { file: FILE, kind: 'template', keys: [], ordinal: 0, siblings: 1, namesake: 0 } as const;
    expect(findQuestion(questions, { apiVersion, source }) !== undefined).toBe(found);
  });
});
