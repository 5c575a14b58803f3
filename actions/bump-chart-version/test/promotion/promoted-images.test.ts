import { describe, expect, it } from '@jest/globals';
import { CHART, newText } from '../helpers.ts';
import { A, B, PRODUCTION, planOf, production, promote, STAGING } from './scene.ts';

const hex = (digest: string): string => digest.slice('sha256:'.length);
const WEB = 'ghcr.io/acme/web';

describe('a place gets the tag and the digest that the source records', () => {
  const keys = (tag: string, digest: string): string => `web: {repository: ${WEB}, tag: ${tag}, digest: "${digest}"}\n`;
  const sha = (tag: string, digest: string): string =>
    `image:\n  registry: ghcr.io\n  repository: acme/web\n  tag: ${tag} # c\n  sha: "${hex(digest)}"\n`;
  const inTag = (tag: string, digest: string): string => `web: {image: ${WEB}, tag: "${tag}@${digest}"}\n`;
  const reference = (tag: string, digest: string): string => `webImage: ${WEB}:${tag}@${digest}\n`;
  const kustomize = (tag: string, digest: string): string =>
    `kind: Kustomization\nimages:\n- name: web\n  newName: ${WEB}\n  newTag: ${tag}\n  digest: ${digest}\n`;
  const inBlock = (tag: string, digest: string): string =>
    `kind: Application\nspec:\n  source:\n    helm:\n      values: |\n        ${keys(tag, digest)}`;
  const shapes = { keys, sha, inTag, reference, kustomize, inBlock };
  const pairs = Object.entries(shapes).flatMap(([from, source]) =>
    Object.entries(shapes).map(([to, target]) => ({ from, to, source, target })),
  );

  it.each(pairs)('from $from to $to', async ({ source, target }) => {
    const plan = await promote(source('1.5.0-rc.1', A), target('1.4.1', B));
    expect(production(plan)).toBe(target('1.5.0-rc.1', A));
    expect(plan.warnings).toEqual([]);
    expect((await promote(source('1.4.1', B), target('1.4.1', B))).files).toEqual([]);
  });

  it.each([
    ['1.10', '1.10'],
    ['"1234567"', '"1234567"'],
    ['sha-0123456789ab', 'sha-0123456789ab'],
  ])('with the spelling of the tag %s', async (tag, written) => {
    const target = `web: {repository: ${WEB}, tag: "x"}\n`;
    const plan = await promote(`web: {repository: ${WEB}, tag: ${tag}}\n`, target);
    expect(production(plan)).toBe(target.replace('"x"', `"${written.replaceAll('"', '')}"`));
  });

  it('joined from several places and files', async () => {
    const api = `api: {repository: ghcr.io/acme/api, tag: 2.0.0}\n`;
    const plan = await promote(
      `web: {repository: ${WEB}, tag: 1.4.2}\njob: {image: "${WEB}@${A}"}\n`,
      `${keys('1.4.1', B)}${api}`,
      { from: `${STAGING}\nhelm/api/values-staging.yaml` },
      { 'helm/api/values-staging.yaml': api.replace('2.0.0', '2.1.0') },
    );
    expect(production(plan)).toBe(`${keys('1.4.2', A)}${api.replace('2.0.0', '2.1.0')}`);
  });

  it('where a key is missing only with create', async () => {
    const target = `web:\n  repository: ${WEB}\n  tag: 1.4.1\n`;
    const plan = await promote(keys('1.4.2', A), target);
    expect(production(plan)).toBe(target.replace('1.4.1', '1.4.2'));
    expect(plan.warnings).toEqual([expect.stringContaining('has no digest, so only its tag pins it')]);
    expect(production(await promote(keys('1.4.2', A), target, { create: 'true' }))).toBe(
      `web:\n  repository: ${WEB}\n  tag: 1.4.2\n  digest: ${A}\n`,
    );
  });
});

describe('images that only one side has', () => {
  const web = (tag: string): string => `web: {repository: ${WEB}, tag: ${tag}, digest: "${A}"}\n`;

  it('are a warning where only the source has them, and stay where only the target has them', async () => {
    const plan = await promote(`${web('1.4.2')}next: ghcr.io/acme/next:0.1.0\n`, `${web('1.4.1')}cache: redis:7\n`);
    expect(production(plan)).toBe(`${web('1.4.2')}cache: redis:7\n`);
    expect(plan.warnings).toEqual([`${STAGING}:2 has ghcr.io/acme/next, which nothing names in the files to change`]);
  });

  it('are one error where the target names none of them', async () => {
    const failure = promote(
      `${web('1.4.2')}next: ghcr.io/acme/next:0.1.0\n`,
      'web: {repository: r.io/acme/web, tag: x}\n',
    );
    await expect(failure).rejects.toThrow(
      [
        `nothing names any of the images ${WEB}, ghcr.io/acme/next; the images are`,
        `  ${PRODUCTION}:1: web is r.io/acme/web`,
        'acme/web exists with another registry',
      ].join('\n'),
    );
  });
});

describe('what the source does not say', () => {
  it('a digest is an error where the target has one, also beside others that are right', async () => {
    for (const old of [`tag: 1.4.1, digest: "${A}"`, `tag: "1.4.1@${A}"`, `digest: "${A}"`]) {
      await expect(
        promote(`web: {repository: ${WEB}, tag: 1.4.2}\n`, `web: {repository: ${WEB}, ${old}}\n`),
      ).rejects.toThrow(
        `${PRODUCTION}:1: web (${WEB}): ${STAGING}:1 has no digest of it, and this has one, which would stay the old one`,
      );
    }
  });

  it.each(['tag: 1.4.1', 'tag: 1.4.1, digest: ""'])('a digest is a warning beside %s', async (old) => {
    const target = `web: {repository: ${WEB}, ${old}}\n`;
    const plan = await promote(`web: {repository: ${WEB}, tag: 1.4.2}\n`, target, { create: 'true' });
    expect(production(plan)).toBe(target.replace('1.4.1', '1.4.2'));
    expect(plan.warnings).toEqual([
      `${PRODUCTION}:1: web (${WEB}): ${STAGING}:1 has no digest of it, so only its tag pins it`,
    ]);
  });

  it('a tag is a warning where the target has one', async () => {
    const target = `web: {repository: ${WEB}, tag: 1.4.1, digest: "${A}"}\n`;
    const plan = await promote(`web: ${WEB}@${B}\n`, target);
    expect(production(plan)).toBe(target.replace(A, B));
    expect(plan.warnings).toEqual([expect.stringContaining(`${STAGING}:1 has no tag of it, so the tag stays 1.4.1`)]);
    await expect(promote(`web: ${WEB}@${B}\n`, `web: {repository: ${WEB}, tag: 1.4.1}\n`)).rejects.toThrow(
      `has a tag and no digest, but ${STAGING}:1 has no tag of it`,
    );
  });

  it('both are an error where the target has one of them', async () => {
    const staging = `web: {repository: ${WEB}, tag: ""}\napi: {repository: ghcr.io/acme/api, tag: 1.0.0}\n`;
    await expect(promote(staging, `web: {repository: ${WEB}, tag: 1.4.1}\n`)).rejects.toThrow(
      `${PRODUCTION}:1: web (${WEB}): ${STAGING}:1: web has neither tag nor digest of it`,
    );
    const plan = await promote(staging, staging.replace('1.0.0', '0.9.0'));
    expect(production(plan)).toBe(staging);
    expect(plan.warnings).toEqual([expect.stringContaining('has no digest of it')]);
  });
});

describe('an image with different values in the source', () => {
  it.each([
    ['tags', `a: {repository: ${WEB}, tag: 1.4.1}\nb: ${WEB}:1.4.2\n`, ['1: a has 1.4.1', '2: b has 1.4.2']],
    ['digests', `a: {repository: ${WEB}, digest: "${A}"}\n---\nb: ${WEB}@${B}\n`, [`1: a has ${A}`, `3: b has ${B}`]],
    ['digests', `a: {repository: ${WEB}, tag: "1@${A}", digest: "${B}"}\n`, [`1: a has ${A}`, `1: a has ${B}`]],
  ])('is an error with both lines: %s', async (kind, staging, lines) => {
    const [first, second] = lines.map((line) => `${STAGING}:${line}`);
    await expect(promote(staging, `web: {repository: ${WEB}, tag: 1.4.0}\n`)).rejects.toThrow(
      `its ${kind} differ, so it is not known which one to promote: ${first}, ${second}`,
    );
  });

  it('is an error in two files', async () => {
    const target = `web: {repository: ${WEB}, tag: 1.4.0}\n`;
    const more = { 'other.yaml': target.replace('1.4.0', '1.4.2') };
    await expect(
      promote(target.replace('1.4.0', '1.4.1'), target, { from: `${STAGING}\nother.yaml` }, more),
    ).rejects.toThrow(`${STAGING}:1: web has 1.4.1, other.yaml:1: web has 1.4.2`);
  });

  it('does not matter where the target does not name it', async () => {
    const api = 'api: {repository: ghcr.io/acme/api, tag: 1.0.0}\n';
    const plan = await promote(`a: ${WEB}:1.4.1\nb: ${WEB}:1.4.2\n${api.replace('1.0.0', '1.1.0')}`, api);
    expect(production(plan)).toBe(api.replace('1.0.0', '1.1.0'));
  });

  it.each([
    ['a template', 'tag: "{{ .Values.tag }}"', 'has "{{ .Values.tag }}", which is not a tag'],
    ['a digest of another algorithm', `tag: x, digest: "sha512:${'a'.repeat(128)}"`, 'which is not a digest'],
  ])('is an error with %s', async (_, values, problem) => {
    const target = `web: {repository: ${WEB}, tag: x}\n`;
    await expect(promote(`web: {repository: ${WEB}, ${values}}\n`, target)).rejects.toThrow(problem);
  });
});

describe('an older image', () => {
  const web = (tag: string, digest: string): string => `web: {repository: ${WEB}, tag: ${tag}, digest: "${digest}"}\n`;

  it('does not replace a newer one, unless allow-downgrade is true', async () => {
    const plan = await promote(web('1.4.1', A), web('1.4.2', B));
    expect(plan.files).toEqual([]);
    expect(plan.charts[0]?.skipped).toContain(`has ${WEB} at 1.4.2, which is newer than 1.4.1`);
    const back = await promote(web('1.4.1', A), web('1.4.2', B), { 'allow-downgrade': 'true' });
    expect(production(back)).toBe(web('1.4.1', A));
  });
});

describe('the versions of a chart', () => {
  const web = (tag: string): string => `web: {repository: ghcr.io/acme/web, tag: ${tag}}\n`;
  const files = (staging: string, production: string): Record<string, string> => ({
    'helm/shop/Chart.yaml': CHART,
    'helm/shop/values-staging.yaml': web(staging),
    'helm/shop/values-production.yaml': web(production),
  });
  const inputs = {
    charts: 'helm/shop',
    from: 'helm/shop/values-staging.yaml',
    'values-files': 'values-production.yaml',
  };

  it.each([
    ['patch', '1.0.1', '1.2.0'],
    ['follow', '1.1.0', '1.2.0'],
    ['none', '1.0.0', '1.0.0'],
  ])('follow version: %s', async (version, expected, appVersion) => {
    const plan = await planOf({ ...inputs, version }, files('1.2.0', '1.1.3'));
    expect(newText(plan, 'helm/shop/values-production.yaml')).toBe(web('1.2.0'));
    expect(plan.charts).toMatchObject([{ version: expected, appVersion }]);
    expect(plan.files.map(({ path }) => path)).not.toContain('helm/shop/values-staging.yaml');
  });

  it('stay when the images are the same', async () => {
    expect((await planOf({ ...inputs, version: 'patch' }, files('1.2.0', '1.2.0'))).files).toEqual([]);
  });
});
