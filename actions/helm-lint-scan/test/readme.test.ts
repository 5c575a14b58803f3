import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { readmeWithRules } from '../scripts/update-rules.ts';

it('the README has the current rules', () => {
  const text = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  expect(readmeWithRules(text)).toBe(text);
});
