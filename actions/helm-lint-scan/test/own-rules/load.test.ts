import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { ActionError } from '../../../lib/errors.ts';
import type { Suppression } from '../../src/findings/suppressions.ts';
import { assertOwnRulesExist, loadOwnRules } from '../../src/own-rules/load.ts';
import { files, root, useCheckout, write } from '../checkout.ts';

useCheckout();

const RULES = 'rules:\n  - { id: team, title: a, check: "true" }\n';
const DEFAULT = { patterns: ['.helm-lint-scan.rules.yaml'], required: false };
const idsOf = async (rulesFiles: { patterns: string[]; required: boolean }): Promise<string[]> =>
  (await loadOwnRules(files, { rulesFiles })).map(({ id }) => id);

describe('rules files', () => {
  it('are optional at the default path', async () => {
    expect(await idsOf(DEFAULT)).toEqual([]);
    await write({ '.helm-lint-scan.rules.yaml': RULES });
    expect(await idsOf(DEFAULT)).toEqual(['own/team']);
  });

  it('that the input names must exist, and can be globs', async () => {
    await write({ 'policies/a.yaml': RULES, 'policies/b.yaml': RULES.replace('team', 'owner') });
    expect(await idsOf({ patterns: ['policies/*.yaml', 'policies/a.yaml'], required: true })).toEqual([
      'own/team',
      'own/owner',
    ]);
    await expect(idsOf({ patterns: ['policy/*.yaml'], required: true })).rejects.toThrow('rules-files');
  });

  it.each([true, false])(
    'are not read through a link that leads out of the repository (required: %s)',
    async (required) => {
      await symlink('/proc/self/environ', join(root, '.helm-lint-scan.rules.yaml'));
      await expect(idsOf({ ...DEFAULT, required })).rejects.toThrow('leads out of the workspace');
    },
  );
});

describe('a rule of the repository that the inputs name', () => {
  const suppression: Suppression = {
    rule: 'own/tema',
    reason: 'a',
    expires: 'never',
    chart: undefined,
    file: undefined,
    resource: undefined,
    line: 4,
  };

  it('must exist', async () => {
    await write({ '.helm-lint-scan.rules.yaml': RULES });
    const rules = await loadOwnRules(files, { rulesFiles: DEFAULT });
    const settings = {
      levels: new Map([['own/team', 'off'] as const, ['own/x', 'off'] as const]),
      ignoreFile: { path: 'ignore.yaml', required: false },
    };
    const assertExist = () => assertOwnRulesExist(settings, [suppression], rules);
    expect(assertExist).toThrow('the input rules names own/x\nignore.yaml, line 4 names own/tema');
    try {
      assertExist();
    } catch (error) {
      expect((error as ActionError).next).toBe('The rules are own/team.');
    }
    expect(() => assertOwnRulesExist({ ...settings, levels: new Map([['own/team', 'off']]) }, [], rules)).not.toThrow();
  });
});
