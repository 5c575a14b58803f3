import { describe, expect, it } from '@jest/globals';
import { ENTRIES, TOPICS } from './battery/index.ts';
import { scanObject } from './scan-object.ts';

/** Rows that are found to be other than the API server says. */
async function disagreements(topic: string): Promise<string[]> {
  const entries = ENTRIES.filter((entry) => entry.topic === topic);
  const found = await Promise.all(entries.map(({ text }) => scanObject(text)));
  return entries.flatMap(({ fields, accepted }, index) =>
    (found[index]?.length === 0) === accepted
      ? []
      : [`${fields.slice(0, 200)}: ${found[index]?.join('; ') || 'nothing found'}`],
  );
}

describe('what the API server refuses is found, and nothing is said of what it accepts', () => {
  it.each(TOPICS.map(({ name }) => name))('%s', async (name) => {
    expect(await disagreements(name)).toEqual([]);
  });

  it('rows are different', () => {
    expect(new Set(ENTRIES.map(({ text }) => text)).size).toBe(ENTRIES.length);
  });
});
