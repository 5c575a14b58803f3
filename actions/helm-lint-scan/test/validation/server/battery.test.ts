import { describe, expect, it } from '@jest/globals';
import { ENTRIES, RECORDED_MINORS, type RecordedMinor, TOPICS } from './battery/index.ts';
import { scanObject } from './scan-object.ts';

/** Rows that are found to be other than the API server says. */
async function disagreements(topic: string, minor: RecordedMinor): Promise<string[]> {
  const entries = ENTRIES.filter((entry) => entry.topic === topic);
  const found = await Promise.all(entries.map(({ text }) => scanObject(text, minor)));
  return entries.flatMap(({ fields, acceptedBy }, index) =>
    (found[index]?.length === 0) === acceptedBy(minor)
      ? []
      : [`${fields.slice(0, 200)}: ${found[index]?.join('; ') || 'nothing found'}`],
  );
}

describe('what the API server refuses is found, and nothing is said of what it accepts', () => {
  describe.each(RECORDED_MINORS)('by Kubernetes 1.%d', (minor) => {
    it.each(TOPICS.map(({ name }) => name))('%s', async (name) => {
      expect(await disagreements(name, minor)).toEqual([]);
    });
  });

  it('rows are different', () => {
    expect(new Set(ENTRIES.map(({ text }) => text)).size).toBe(ENTRIES.length);
  });
});
