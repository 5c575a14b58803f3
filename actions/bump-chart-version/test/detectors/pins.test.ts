import { describe, expect, it } from '@jest/globals';
import { parseReference, readPin, writePin } from '../../src/detectors/pin-text.ts';
import { bytes, DIGEST, image, newText, OLD_DIGEST, planFor } from '../helpers.ts';
import { REPOSITORY } from './shapes.ts';

const HEX = DIGEST.slice(7);
const OLD_HEX = OLD_DIGEST.slice(7);

describe('a reference', () => {
  it.each([
    ['web', ['', 'web', undefined, undefined]],
    ['localhost:5001/web', ['', 'localhost:5001/web', undefined, undefined]],
    ['localhost:5001/web:1', ['', 'localhost:5001/web', '1', undefined]],
    ['[::1]:5000/web:1', ['', '[::1]:5000/web', '1', undefined]],
    [`r.io/a/web@${DIGEST}`, ['', 'r.io/a/web', undefined, DIGEST]],
    [`--image=r.io/web:1@${DIGEST}`, ['--image=', 'r.io/web', '1', DIGEST]],
    ['r.io/web=r.io/new:2', ['r.io/web=', 'r.io/new', '2', undefined]],
    ['docker://r.io/web:1', ['docker://', 'r.io/web', '1', undefined]],
  ])('is taken apart: %s', (text, [prefix, repository, tag, digest]) => {
    expect(parseReference(text)).toEqual({ prefix, repository, tag, digest });
  });

  it.each([
    '',
    'https://r.io/web',
    'oci://r.io/web:1',
    'run r.io/web:1',
    'r.io/web:{{ .tag }}',
    '${REGISTRY}/web:1',
    'r.io/web:',
    'r.io/web@latest',
  ])('is not %j', (text) => expect(parseReference(text)).toBeUndefined());
});

describe('a pin', () => {
  it.each([
    ['tag', '1.4.1', '1.4.1', undefined, '1.4.2'],
    ['tag', '', undefined, undefined, '1.4.2'],
    ['tag', `1.4.1@${OLD_DIGEST}`, '1.4.1', OLD_DIGEST, `1.4.2@${DIGEST}`],
    ['tag', OLD_DIGEST, undefined, OLD_DIGEST, DIGEST],
    ['tag', `@${OLD_DIGEST}`, undefined, OLD_DIGEST, `@${DIGEST}`],
    ['tag', OLD_HEX, OLD_HEX, undefined, '1.4.2'],
    ['digest', '', undefined, undefined, DIGEST],
    ['digest', OLD_DIGEST, undefined, OLD_DIGEST, DIGEST],
    ['digest', `@${OLD_DIGEST}`, undefined, OLD_DIGEST, `@${DIGEST}`],
    ['digest', OLD_HEX, undefined, OLD_DIGEST, HEX],
    ['digest', 'sha512:0123456789abcdef0123456789abcdef', undefined, 'sha512:0123456789abcdef0123456789abcdef', DIGEST],
    ['hex', '', undefined, undefined, HEX],
    ['hex', OLD_HEX, undefined, OLD_DIGEST, HEX],
    ['reference', 'r.io/web:1.4.1', '1.4.1', undefined, 'r.io/web:1.4.2'],
    ['reference', `r.io/web@${OLD_DIGEST}`, undefined, OLD_DIGEST, `r.io/web@${DIGEST}`],
    ['reference', `a=r.io/web:1@${OLD_DIGEST}`, '1', OLD_DIGEST, `a=r.io/web:1.4.2@${DIGEST}`],
  ] as const)('as %s in %j is the tag %s and the digest %s', (form, old, tag, digest, now) => {
    expect(readPin(form, old)).toEqual({ tag, digest });
    expect(writePin({ form, old }, { tag: '1.4.2', digest: DIGEST }, false)).toBe(now);
  });

  it.each([
    ['tag', '1.4.1', undefined],
    ['tag', `1.4.1@${OLD_DIGEST}`, `1.4.1@${DIGEST}`],
    ['reference', `r.io/web:1.4.1@${OLD_DIGEST}`, `r.io/web:1.4.1@${DIGEST}`],
  ] as const)('as %s keeps its tag when the image has none: %s', (form, old, now) => {
    expect(writePin({ form, old }, { tag: undefined, digest: DIGEST }, false)).toBe(now);
  });

  it.each([
    ['r.io/web', `r.io/web:1.4.2@${DIGEST}`],
    ['r.io/web:1.4.1', `r.io/web:1.4.2@${DIGEST}`],
    [`r.io/web@${OLD_DIGEST}`, `r.io/web@${DIGEST}`],
  ])('is added to the reference %s with create', (old, now) => {
    expect(writePin({ form: 'reference', old }, { tag: '1.4.2', digest: DIGEST }, true)).toBe(now);
  });
});

describe('images', () => {
  const plan = (values: string, more: Record<string, string> = {}) =>
    planFor({ version: 'none', images: image(REPOSITORY), ...more }, values);

  it.each([
    [
      'a version gets no tag',
      'i: {repository: ghcr.io/acme/web, version: 1.4.1}\n',
      'i: {repository: ghcr.io/acme/web, version: 1.4.2}\n',
    ],
    [
      'a pinned tag gets no digest',
      `i: {repository: ghcr.io/acme/web, tag: "1.4.1@${OLD_DIGEST}"}\n`,
      `i: {repository: ghcr.io/acme/web, tag: "1.4.2@${DIGEST}"}\n`,
    ],
    [
      'a sha gets no digest',
      `i: {repository: ghcr.io/acme/web, tag: 1.4.1, sha: ""}\n`,
      `i: {repository: ghcr.io/acme/web, tag: 1.4.2, sha: "${HEX}"}\n`,
    ],
    [
      'image beside tag gets a digest',
      'i:\n  image: ghcr.io/acme/web\n  tag: 1.4.1\n  x: y\n',
      `i:\n  image: ghcr.io/acme/web\n  tag: 1.4.2\n  digest: ${DIGEST}\n  x: y\n`,
    ],
    [
      'keys with a prefix get none',
      'webImage: ghcr.io/acme/web\nwebTag: 1.4.1\n',
      'webImage: ghcr.io/acme/web\nwebTag: 1.4.2\n',
    ],
    ['a reference gets its digest', 'image: ghcr.io/acme/web\n', `image: ghcr.io/acme/web:1.4.2@${DIGEST}\n`],
    [
      'an image of kustomize gets newTag and digest',
      'kind: Kustomization\nimages:\n- name: ghcr.io/acme/web\n',
      `kind: Kustomization\nimages:\n- name: ghcr.io/acme/web\n  newTag: 1.4.2\n  digest: ${DIGEST}\n`,
    ],
    [
      'parameters get none',
      'p: [{name: i.repository, value: ghcr.io/acme/web}, {name: i.tag, value: 1.4.1}]\n',
      'p: [{name: i.repository, value: ghcr.io/acme/web}, {name: i.tag, value: 1.4.2}]\n',
    ],
  ])('with create: %s', async (_, values, expected) => {
    expect(newText(await plan(values, { create: 'true' }))).toBe(expected);
  });

  it('with an empty digest and an empty sha get one of them', async () => {
    expect(newText(await plan('i: {repository: ghcr.io/acme/web, tag: 1.4.1, sha: "", digest: ""}\n'))).toBe(
      `i: {repository: ghcr.io/acme/web, tag: 1.4.2, sha: "", digest: "${DIGEST}"}\n`,
    );
  });

  it('quote hex digits and tags that a reader would take for a number', async () => {
    const number = `sha256:${'12345e10'.padEnd(64, '0')}`;
    const images = image(REPOSITORY, ['2345678'], number);
    const values = `i: {repository: ghcr.io/acme/web, tag: 1234567, sha: ${'a'.repeat(64)}}\n`;
    expect(newText(await planFor({ version: 'none', images }, values))).toBe(
      `i: {repository: ghcr.io/acme/web, tag: "2345678", sha: "${number.slice(7)}"}\n`,
    );
  });

  it.each([
    [
      'secrets and checksums',
      `i: {repository: ghcr.io/acme/web, tag: 1.4.1, sharedSecret: ${OLD_HEX}, checksum: ${OLD_HEX}}\n`,
      ['i.sharedSecret could be a digest', 'i.checksum could be a digest'],
    ],
    [
      'the digest of a former image',
      `i: {repository: ghcr.io/acme/web, tag: 1.4.1, previousDigest: ${OLD_DIGEST}}\n`,
      [],
    ],
    [
      'the digest of another image',
      `i: {repository: ghcr.io/acme/web, tag: 1.4.1, sidecarImage: r.io/x:1, sidecarDigest: ${OLD_DIGEST}}\n`,
      [],
    ],
  ])('leave %s alone', async (_, values, warnings) => {
    const { warnings: shown, ...result } = await plan(values);
    expect(newText({ ...result, warnings: shown })).toBe(values.replace('1.4.1', '1.4.2'));
    for (const warning of warnings) expect(shown).toContainEqual(expect.stringContaining(warning));
    expect(shown).toHaveLength(warnings.length + 1);
  });

  it('are set in files of every encoding that is kept', async () => {
    const values = '\ufeffa: "ünï 🚀"   # c\r\nimage:   ghcr.io/acme/web:1.4.1 # pinned\r\n';
    expect(bytes(newText(await plan(values)) ?? '')).toEqual(bytes(values.replace('1.4.1', '1.4.2')));
  });
});
