import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, open as openHandle, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FileChangedError, hashFile, openUnchanged } from '../../src/assets/file-stream.ts';
import { postStream } from '../../src/releases/upload.ts';

const TEXT = 'x'.repeat(3_000_000);
const DIGEST = createHash('sha256').update(TEXT).digest('hex');

let workspace: string;
let path: string;
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'create-release-'));
  path = join(workspace, 'a.bin');
  await writeFile(path, TEXT);
});
afterEach(() => rm(workspace, { recursive: true }));

const known = () => ({ allowed: { workspace }, path: 'a.bin', size: TEXT.length });
const open = (): Promise<Readable> => openUnchanged(known(), DIGEST);

async function overwriteEnd(text: string): Promise<void> {
  const file = await openHandle(path, 'r+');
  await file.write(text, TEXT.length - text.length);
  await file.close();
}

/** What happens to a file, and what the error says. */
const CHANGES: [string, () => Promise<unknown>, string][] = [
  ['gone', () => rm(path), 'it no longer exists'],
  ['a directory', () => rm(path).then(() => mkdir(path)), 'it is a directory now'],
  ['empty', () => truncate(path), 'it had 3000000 bytes before, and now has 0'],
  ['shorter', () => truncate(path, 5), 'it had 3000000 bytes before, and now has 5'],
  ['longer', () => appendFile(path, '!'), 'it had 3000000 bytes before, and now has 3000001'],
  ['different', () => writeFile(path, 'y'.repeat(3_000_000)), 'it has the same size as before, but other bytes'],
];

describe('a file', () => {
  it('that is unchanged is read completely, each time', async () => {
    expect(await hashFile(known())).toBe(DIGEST);
    for (let time = 0; time < 2; time++) expect((await buffer(await open())).toString()).toBe(TEXT);
  });

  it.each(CHANGES.slice(0, 5))('that is %s when it is hashed is an error', async (_, change, why) => {
    await change();
    const error = await hashFile(known()).catch((error: unknown) => error);
    expect(error).toMatchObject({ what: 'the file a.bin changed while it was being read', why });
  });

  it.each(CHANGES)('that is %s when it is uploaded is an error', async (_, change, why) => {
    await change();
    const error = await open()
      .then(buffer)
      .catch((error: unknown) => error);
    expect(error).toBeInstanceOf(FileChangedError);
    expect(error).toMatchObject({ what: 'the file a.bin changed while it was being uploaded', why });
  });

  it.each([
    ['shorter', () => truncate(path, 1_000_000), 'it had 3000000 bytes before, and only'],
    ['longer', () => appendFile(path, '!'), 'it had 3000000 bytes before, and now has more'],
    ['different', () => overwriteEnd('yyy'), 'other bytes'],
  ])('that becomes %s while it is read never ends', async (_, change, why) => {
    const stream = await open();
    const chunks: Buffer[] = [];
    let changed = false;
    const read = async () => {
      for await (const chunk of stream) {
        chunks.push(chunk);
        if (!changed) await change();
        changed = true;
      }
    };
    await expect(read()).rejects.toMatchObject({ why: expect.stringContaining(why) });
    expect(Buffer.concat(chunks).length).toBeLessThan(TEXT.length);
  });

  it('of which a link has taken the place is not read', async () => {
    await rm(path);
    await symlink('/etc/hostname', path);
    await expect(open()).rejects.toThrow('the file a.bin cannot be read: it leads out of the workspace (a link)');
  });
});

describe('an upload of a file that changes', () => {
  let server: Server;
  let url: string;
  /** Requests, and those of which the server has got all bytes. */
  let requests: number;
  let complete: number;
  let closed: Promise<void>;
  beforeAll(async () => {
    server = createServer((request, response) => {
      requests++;
      closed = new Promise((resolve) => request.on('close', resolve));
      request.resume().on('end', () => {
        complete++;
        response.setHeader('content-type', 'application/json').end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    requests = 0;
    complete = 0;
  });
  const post = () =>
    postStream(
      { url, token: 't' },
      { name: 'a', label: undefined, size: TEXT.length, digest: '', contentType: 'text/plain', open },
    );

  it('is complete without a change', async () => {
    await post();
    expect([requests, complete]).toEqual([1, 1]);
  });

  it.each(CHANGES.slice(0, 5))('to be %s sends no request', async (_, change, why) => {
    await change();
    await expect(post()).rejects.toMatchObject({ name: 'FileChangedError', why });
    expect(requests).toBe(0);
  });

  it('to other bytes is aborted before its end', async () => {
    await writeFile(path, TEXT.replace(/x$/, 'y'));
    await expect(post()).rejects.toMatchObject({ name: 'FileChangedError' });
    await closed;
    expect([requests, complete]).toEqual([1, 0]);
  });
});
