import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { readEvent } from '../../runner/context.ts';

describe('readEvent', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'event-')), 'event.json');
  const read = (text: string) => {
    writeFileSync(path, text);
    return readEvent({ GITHUB_EVENT_PATH: path });
  };

  it('returns an empty object when there is no payload', async () => {
    expect(await readEvent({})).toEqual({});
    expect(await read('null')).toEqual({});
  });

  it('reads the payload, and fails when it is not JSON', async () => {
    expect(await read('{"ref":"refs/heads/main"}')).toEqual({ ref: 'refs/heads/main' });
    await expect(read('{')).rejects.toThrow('the event payload cannot be read');
  });

  it('never quotes a payload that is not JSON, because it may contain inputs of the run', async () => {
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
  ])('names the variable when the payload is %s', async (text, problem) => {
    await expect(read(text)).rejects.toMatchObject({
      what: 'the event payload cannot be read',
      why: `GITHUB_EVENT_PATH names ${path}: ${problem}`,
    });
  });

  it('accepts a payload without the fields that the actions read', async () => {
    for (const event of [{}, { repository: {} }, { head_commit: null, repository: { default_branch: 'main' } }])
      expect(await read(JSON.stringify(event))).toEqual(event);
  });
});
