import { describe, expect, it } from '@jest/globals';
import { parseAssignment } from '../../src/yaml/path.ts';
import { newText, planFor } from '../helpers.ts';

const APPS = `kind: Application
metadata: {name: web}
spec: {source: {targetRevision: v1.0.0}}
---
# the API
kind: Application
metadata: {name: api}
spec: {source: {targetRevision: v1.0.0}}
---
kind: AppProject
metadata: {name: web}
spec: {}
`;

/** The new text of a file at the root of the repository. */
async function set(text: string, values: string, more: Record<string, string> = {}): Promise<string | undefined> {
  return newText(await planFor({ version: 'none', values, ...more }, '', { 'apps.yaml': text }), 'apps.yaml');
}

const PATH = 'spec.source.targetRevision';
const [WEB = '', API = '', PROJECT = ''] = APPS.split('---\n');
const bumped = (document: string): string => document.replace('v1.0.0', 'v1.4.2');

describe('a document of a file', () => {
  it.each<[string, string, string]>([
    ['its index', `apps.yaml#0:${PATH}=v1.4.2`, [bumped(WEB), API, PROJECT].join('---\n')],
    ['another index', `apps.yaml#1:${PATH}=v1.4.2`, [WEB, bumped(API), PROJECT].join('---\n')],
    ['its kind and name', `apps.yaml#Application/api:${PATH}=v1.4.2`, [WEB, bumped(API), PROJECT].join('---\n')],
    ['spaces around it', `apps.yaml # Application/web : ${PATH}=v1.4.2`, [bumped(WEB), API, PROJECT].join('---\n')],
    ['quotes around the file', `"apps.yaml"#0:${PATH}=v1.4.2`, [bumped(WEB), API, PROJECT].join('---\n')],
    [
      'one line each',
      `apps.yaml#Application/api:${PATH}=v1.4.2\napps.yaml#0:${PATH}=v1.4.2`,
      [bumped(WEB), bumped(API), PROJECT].join('---\n'),
    ],
  ])('is chosen by %s', async (_, values, expected) => {
    expect(await set(APPS, values)).toBe(expected);
  });

  it('gets a new key', async () => {
    expect(await set(APPS, 'apps.yaml#AppProject/web:spec.x=v', { create: 'true' })).toBe(
      APPS.replace('spec: {}', 'spec: {x: v}'),
    );
    expect(await set('', 'apps.yaml#0:x=v', { create: 'true' })).toBe('x: v\n');
  });

  it('is chosen before a block scalar', async () => {
    const text = 'a: |\n  b: c\n---\na: |\n  b: c\n';
    expect(await set(text, 'apps.yaml#1:a|b=x')).toBe('a: |\n  b: c\n---\na: |\n  b: x\n');
    await expect(set(text, 'apps.yaml:a|b=x')).rejects.toThrow(
      'a|b exists 2 times (apps.yaml:2, apps.yaml:5); it must be unique: put the file and the document before the path, as in apps.yaml#0:a|b',
    );
  });

  it.each<[string, string, string, string]>([
    [
      'a path in two documents',
      APPS,
      `apps.yaml:${PATH}=x`,
      `it must be unique: put the file and the document before the path, as in apps.yaml#Application/web:${PATH}`,
    ],
    [
      'an index that is too high',
      APPS,
      'apps.yaml#3:a=x',
      'apps.yaml has no document #3; it has #0 Application/web (line 1), #1 Application/api (line 6), #2 AppProject/web (line 10)',
    ],
    ['another kind', APPS, 'apps.yaml#Deployment/web:a=x', 'apps.yaml has no document #Deployment/web; it has #0'],
    ['another name', APPS, 'apps.yaml#Application/wbe:a=x', 'apps.yaml has no document #Application/wbe; it has #0'],
    ['a path of another document', APPS, `apps.yaml#2:${PATH}=x`, 'apps.yaml:12: spec has no key "source"'],
    [
      'a name in two namespaces',
      `${WEB}---\n${WEB}`,
      `apps.yaml#Application/web:${PATH}=x`,
      '#Application/web is 2 documents: apps.yaml#0 (line 1), apps.yaml#1 (line 5); name one of these',
    ],
    ['documents without a name', 'a: b\n---\n- a: b\n', 'apps.yaml#x/y:a=x', 'it has #0 (line 1), #1 (line 3)'],
    ['an empty file', '', 'apps.yaml#1:a=x', 'it has #0 (line 1)'],
  ])('is not found: %s', async (_, text, values, expected) => {
    await expect(set(text, values)).rejects.toThrow(expected);
  });

  it.each([
    ['apps.yaml#0:a=1', { file: 'apps.yaml', document: { kind: 'index', index: 0 } }],
    ['apps.yaml#A/b:a=1', { file: 'apps.yaml', document: { kind: 'resource', resource: 'A/b' } }],
    ['"a#b.yaml":a=1', { file: 'a#b.yaml', document: undefined }],
    ["'a#b.yaml'#2:a=1", { file: 'a#b.yaml', document: { kind: 'index', index: 2 } }],
    [
      'a.yaml#"ClusterRole/system:x":a=1',
      { file: 'a.yaml', document: { kind: 'resource', resource: 'ClusterRole/system:x' } },
    ],
    ['a."#b"=1', { file: undefined, document: undefined }],
  ])('is parsed: %s', (line, expected) => {
    expect(parseAssignment(line)).toMatchObject({ value: expected });
  });

  it.each(['a.yaml#:a=1', 'a.yaml#web:a=1', 'a.yaml#-1:a=1', 'a.yaml#A/b/c:a=1', '#0:a=1'])(
    'is refused: %s',
    (line) => {
      expect(parseAssignment(line)).toHaveProperty('problem');
    },
  );
});

it('is named by its index in advice when its name would need quotes', async () => {
  const text = 'kind: A\nmetadata: {name: "x:y"}\na: b\n';
  await expect(set(`${text}---\n${text.replace('x:y', 'z')}`, 'apps.yaml:a=x')).rejects.toThrow('as in apps.yaml#0:a');
});

it('skips comment lines', async () => {
  expect(await set('a: b\n', '# the apps\n#apps.yaml:x=1\n\n  # more\napps.yaml:a=c # not a comment')).toBe(
    'a: "c # not a comment"\n',
  );
  await expect(set('a: b\n', '# nothing')).rejects.toThrow('leaves nothing to do');
});
