import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseReceiveRequest, pktLine } from '../git/pktline.ts';
import { SHOP, startWithCommit } from './helpers.ts';

const LIMIT = 100 << 20;

describe('a push', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  beforeAll(async () => {
    test = await startWithCommit();
    await test.work.git('config', 'core.compression', '1');
  });
  afterAll(() => test.close());

  const pushFile = async (branch: string, bytes: number) => {
    await test.work.git('checkout', '--quiet', '-B', branch, test.first);
    await writeFile(join(test.work.directory, 'large.bin'), Buffer.alloc(bytes));
    await test.work.git('add', 'large.bin');
    await test.work.git('commit', '--quiet', '--message', 'feat: large');
  };

  it('with a file of more than 100 MB is refused', async () => {
    await pushFile('too-large', LIMIT + 150_000);
    const printed = await test.work.expectFailure('push', 'origin', 'too-large');
    expect(printed).toContain("File large.bin is 100.14 MB; this exceeds GitHub's file size limit of 100.00 MB");
    expect(printed).toContain('GH001: Large files detected.');
    expect(printed).toContain('pre-receive hook declined');
    expect(await test.work.git('ls-remote', 'origin', 'refs/heads/too-large')).toBe('');
  });

  it('with a file of exactly 100 MB is accepted', async () => {
    await pushFile('large', LIMIT);
    await test.work.git('push', '--quiet', 'origin', 'large');
  });

  it('may have options, which do nothing', async () => {
    await test.work.git('checkout', '--quiet', '-B', 'options', test.first);
    const head = await test.work.commit({ o: 'o' }, 'feat: o');
    await test.work.git('push', '--quiet', '-o', 'ci.skip', '-o', 'x=y', 'origin', 'options');
    const { data } = await test.octokit(test.alice).rest.git.getRef({ ...SHOP, ref: 'heads/options' });
    expect(data.object.sha).toBe(head);
  });

  it('with options has its pack after them', () => {
    const oids = `${'0'.repeat(40)} ${'1'.repeat(40)}`;
    const parts = [pktLine(`${oids} refs/heads/a\0 push-options`), '0000', pktLine('x=y'), '0000', 'PACK'];
    const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
    expect(body.subarray(parseReceiveRequest(body).packOffset).toString()).toBe('PACK');
  });
});
