import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBotToken, expectFailure, SHOP, startWithCommit } from './helpers.ts';

describe('a file of the contents API', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  let rest: ReturnType<typeof test.octokit>['rest'];
  const where = { ...SHOP, path: 'dir/a.txt', message: 'docs: a' };
  const encode = (text: string) => Buffer.from(text).toString('base64');
  beforeAll(async () => {
    test = await startWithCommit();
    rest = test.octokit(test.alice).rest;
  });
  afterAll(() => test.close());

  it('is created, changed and deleted by one who has seen it', async () => {
    const created = await rest.repos.createOrUpdateFileContents({ ...where, content: encode('one') });
    expect(created.status).toBe(201);
    expect(created.data.commit).toMatchObject({ message: 'docs: a', parents: [{ sha: test.first }] });
    const sha = created.data.content?.sha ?? '';
    const put = (more: object) => rest.repos.createOrUpdateFileContents({ ...where, content: encode('two'), ...more });
    expect(await expectFailure(put({}))).toMatchObject({
      status: 422,
      message: expect.stringContaining(`"sha" wasn't supplied.`),
    });
    const stale = '0'.repeat(40);
    expect(await expectFailure(put({ sha: stale }))).toMatchObject({
      status: 409,
      message: `dir/a.txt does not match ${stale}`,
    });
    const changed = await put({ sha });
    expect(changed.status).toBe(200);
    const deletion = await rest.repos.deleteFile({ ...where, sha: changed.data.content?.sha ?? '' });
    expect(deletion.data.content).toBeNull();
    expect((await expectFailure(rest.repos.getContent({ ...SHOP, path: where.path }))).status).toBe(404);
    expect((await expectFailure(rest.repos.deleteFile({ ...where, sha }))).status).toBe(404);
  });

  it('is not a workflow when an app writes without that permission', async () => {
    const write = (token: string) =>
      test.octokit(token).rest.repos.createOrUpdateFileContents({
        ...where,
        path: '.github/workflows/a.yml',
        content: encode('on: push'),
      });
    const weak = createBotToken(test.hub, { contents: 'write' }).token;
    expect((await expectFailure(write(weak))).status).toBe(403);
    const strong = createBotToken(test.hub, { contents: 'write', workflows: 'write' }).token;
    expect((await write(strong)).status).toBe(201);
  });
});
