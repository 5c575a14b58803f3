import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readEvent } from '../context.ts';

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

  it('is read, and named when it is no JSON', async () => {
    expect(await read('{"ref":"refs/heads/main"}')).toEqual({ ref: 'refs/heads/main' });
    await expect(read('{')).rejects.toThrow('the event payload is unreadable');
  });
});
