import { describe, expect, it } from '@jest/globals';
import { versionOfTag } from '../../../lib/versions.ts';
import { nextVersion } from '../../src/notes/next-version.ts';
import { DEFAULT_CONFIG, type NotesConfig } from '../../src/notes/sections.ts';
import { line } from './helpers.ts';

const next = async (
  last: string | undefined,
  messages: string[],
  config: NotesConfig = DEFAULT_CONFIG,
  taken: string[] = [],
) =>
  (
    await nextVersion(line(...messages), last === undefined ? undefined : versionOfTag(last), {
      config,
      labelsOf: async () => new Map(),
      taken: new Set(taken),
    })
  )?.version;

describe('nextVersion', () => {
  it.each<[string | undefined, string[], string | undefined]>([
    ['v1.4.2', ['fix: a', 'feat: b', 'feat!: c'], '2.0.0'],
    ['v1.4.2', ['fix: a\n\nBREAKING CHANGE: b'], '2.0.0'],
    ['v1.4.2', ['Work (#1)\n\n* fix: a\n\n* feat!: b'], '2.0.0'],
    ['v1.4.2', ['fix: a', 'feat: b'], '1.5.0'],
    ['v1.4.2', ['fix: a'], '1.4.3'],
    ['v1.4.2', ['chore: a'], '1.4.3'],
    ['v1.4.2', ['anything'], '1.4.3'],
    ['v1.4.2', ['Revert "feat: released"'], '1.4.3'],
    ['v1.4.2', [], undefined],
    ['v1.4.2', ['feat: a', 'Revert "feat: a"'], undefined],
    ['v1.4.2', ['feat: a', 'Revert "feat: a"', 'fix: b'], '1.4.3'],
    ['v0.4.2', ['feat!: a'], '0.5.0'],
    ['v0.4.2', ['feat: a'], '0.5.0'],
    ['v0.4.2', ['fix: a'], '0.4.3'],
    ['v1.5.0-rc.1', ['fix: a'], '1.5.0'],
    ['v1.5.0-rc.1', ['feat: a'], '1.5.0'],
    ['v1.5.0-rc.1', ['feat!: a'], '2.0.0'],
    ['v2.0.0-rc.1', ['feat!: a'], '2.0.0'],
    ['v1.4.3-rc.1', ['feat: a'], '1.5.0'],
    ['v1.5.0-rc.1', [], undefined],
    ['1.4.2+7', ['fix: a'], '1.4.3'],
    [undefined, ['fix: a'], '1.0.0'],
    [undefined, [], undefined],
  ])('after %s with %j is %s', async (last, messages, expected) => expect(await next(last, messages)).toBe(expected));

  it.each<[string | undefined, string, string[], string]>([
    ['v1.0.0', 'fix: a', ['1.0.0', '1.0.1', '1.0.2'], '1.0.3'],
    ['v1.0.0', 'feat: a', ['1.0.0', '1.0.1', '1.1.0', '1.1.1'], '1.2.0'],
    ['v1.0.0', 'feat!: a', ['2.0.0'], '3.0.0'],
    [undefined, 'fix: a', ['1.0.0'], '1.0.1'],
  ])('after %s with %s skips the versions %j, which have a tag', async (last, message, taken, expected) => {
    expect(await next(last, [message], DEFAULT_CONFIG, taken)).toBe(expected);
  });

  it('does not count hidden changes, except what they break', async () => {
    const hidden = { title: 'Rest', types: ['*'], scopes: [], labels: [], hidden: true };
    const shown = { title: 'Bug fixes', types: ['fix'], scopes: [], labels: [], hidden: false };
    const config = { sections: [shown, hidden] };
    expect(await next('v1.4.2', ['chore: a', 'feat: b'], config)).toBeUndefined();
    expect(await next('v1.4.2', ['fix: a', 'feat: b'], config)).toBe('1.4.3');
    expect(await next('v1.4.2', ['chore!: a'], config)).toBe('2.0.0');
  });
});
