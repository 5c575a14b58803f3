import { describe, expect, it } from '@jest/globals';
import { type FileState, requireFiles } from '../../src/files/file-source.ts';
import { withPromotedImages } from '../../src/images/promoted-images.ts';
import { makePlan } from '../../src/plan/plan.ts';
import { formatSummary } from '../../src/summary.ts';
import { bytes, CHART, newText, settings } from '../helpers.ts';
import { A, B, PRODUCTION, planOf, promote, STAGING } from './scene.ts';

const web = (tag: string, digest = A): string =>
  `web: {repository: ghcr.io/acme/web, tag: ${tag}, digest: "${digest}"}\n`;

describe('a file of from', () => {
  it.each([
    ['names no image', 'replicas: 2\n', `${STAGING} names no image`],
    ['is empty', '', `${STAGING} names no image`],
    [
      'has no tag and no digest',
      'a: 1\nweb: {repository: ghcr.io/acme/web, tag: ""}\n',
      `${STAGING} has neither tag nor digest of any image: ${STAGING}:2: web`,
    ],
    ['is not YAML', 'a: [\n', `${STAGING} is not valid YAML`],
    ['has a key twice', 'a: 1\na: 2\n', 'duplicate key'],
  ])('that %s is an error', async (_, staging, problem) => {
    await expect(promote(staging, web('1.4.1'))).rejects.toThrow(problem);
  });

  it('that is missing is an error with what its directory has, for all of them', async () => {
    const failure = promote(web('1.4.2'), web('1.4.1'), { from: 'environments/staging/value.yaml\nnone/values.yaml' });
    await expect(failure).rejects.toThrow(
      'environments/staging/value.yaml is missing; environments/staging/ contains: values.yaml\n' +
        'none/values.yaml is missing; directory none does not exist',
    );
  });

  it('that cannot be read is an error', async () => {
    const state: FileState = { kind: 'refused', why: 'is a symbolic link; name the file that it points to' };
    const request = await settings({ charts: 'environments/production', version: 'none', from: STAGING });
    const source = { files: new Map([[STAGING, state]]), list: async () => undefined };
    await expect(withPromotedImages(request, source)).rejects.toThrow(`${STAGING} is a symbolic link`);
  });

  it.each([
    ['from the root', { charts: 'environments', 'values-files': STAGING }],
    ['in a chart', { charts: 'environments/staging' }],
    ['among others', { charts: 'environments', 'values-files': 'staging/values.yaml\nproduction/values.yaml' }],
  ])('that is also a target is an error: %s', async (_, inputs) => {
    await expect(promote(web('1.4.2'), web('1.4.1'), inputs)).rejects.toThrow(
      `${STAGING} is in from and is also one of the files to change`,
    );
  });

  it('can have the name of a values file that every chart has', async () => {
    const files = { 'values.yaml': web('1.4.2'), 'shop/values.yaml': web('1.4.1', B) };
    const plan = await planOf({ charts: 'shop', version: 'none', from: 'values.yaml' }, files);
    expect(newText(plan, 'shop/values.yaml')).toBe(web('1.4.2'));
    expect(newText(plan, 'values.yaml')).toBeUndefined();
  });

  it('is read once: what is planned for another branch has the same images', async () => {
    const given = await settings({ charts: 'environments/production', version: 'none', from: STAGING });
    const source = (staging: string, production: string) => ({
      files: new Map<string, FileState>([
        ['environments/production/Chart.yaml', { kind: 'file', bytes: bytes(CHART) }],
        [STAGING, { kind: 'file', bytes: bytes(staging) }],
        [PRODUCTION, { kind: 'file', bytes: bytes(production) }],
      ]),
      list: async () => undefined,
    });
    const request = await withPromotedImages(given, source(web('1.4.3'), web('1.4.1', B)));
    const branch = source(web('1.4.2', B), web('1.4.2', B));
    expect(newText(makePlan(request, await requireFiles(request, branch)), PRODUCTION)).toBe(web('1.4.3'));
  });
});

it('the summary names the files that images are promoted from', async () => {
  const outcome = { branch: 'main', attempts: 1, commit: undefined, pullRequest: undefined };
  const line = `Images promoted from <code>${STAGING}</code>`;
  const changed = await promote(web('1.4.2'), web('1.4.1', B));
  expect(formatSummary({ ...outcome, plan: changed }, false)).toContain(line);
  const same = await promote(web('1.4.2'), web('1.4.2'));
  expect(formatSummary({ ...outcome, plan: same }, false)).not.toContain(line);
});
