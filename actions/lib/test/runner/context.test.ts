import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { readEvent } from '../../runner/context.ts';

describe('the event payload', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'event-')), 'event.json');
  const read = (text: string) => {
    writeFileSync(path, text);
    return readEvent({ GITHUB_EVENT_PATH: path });
  };

  it('is an empty object when there is none', async () => {
    expect(await readEvent({})).toEqual({});
    expect(await read('null')).toEqual({});
  });

  it('is read, and named when it is not JSON', async () => {
    expect(await read('{"ref":"refs/heads/main"}')).toEqual({ ref: 'refs/heads/main' });
    await expect(read('{')).rejects.toThrow('the event payload cannot be read');
  });

  it('is shown nowhere when it is not JSON: it may hold inputs of the run', async () => {
    const error = await read('{"inputs":{"password":hunter2}}').catch((thrown: Error) => thrown);
    expect(inspect(error, { depth: 9 })).toContain('it is not JSON');
    expect(inspect(error, { depth: 9 })).not.toContain('hunter2');
  });

  it.each([
    ['5', 'it is not a mapping'],
    ['[]', 'it is not a mapping'],
    ['{"repository": 5}', 'repository is not a mapping'],
    ['{"repository": {"default_branch": 5}}', 'repository.default_branch is not a string'],
    ['{"head_commit": "x"}', 'head_commit is not a mapping'],
    ['{"head_commit": {"id": []}}', 'head_commit.id is not a string'],
    ['{"head_commit": {"timestamp": 1}}', 'head_commit.timestamp is not a string'],
  ])('is named with its variable when it is %s', async (text, problem) => {
    await expect(read(text)).rejects.toMatchObject({
      what: 'the event payload cannot be read',
      why: `GITHUB_EVENT_PATH names ${path}: ${problem}`,
    });
  });

  it('may lack all that the actions read', async () => {
    for (const event of [{}, { repository: {} }, { head_commit: null, repository: { default_branch: 'main' } }])
      expect(await read(JSON.stringify(event))).toEqual(event);
  });
});
