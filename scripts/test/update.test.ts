import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { parseCommand, updates } from '../update.ts';

const root = join(import.meta.dirname, '..', '..');
const update = (...args: string[]) => execa('node', ['scripts/update.ts', ...args], { cwd: root, reject: false });

describe('npm run update', () => {
  it('lists the updates when no name is given', async () => {
    const { exitCode, stdout } = await update();
    expect(exitCode).toBe(0);
    for (const name of Object.keys(updates)) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  it('fails with the list when the name is unknown', async () => {
    const { exitCode, stderr } = await update('schema');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: unknown update: schema\. Use one of:\n {2}schemas /);
  });

  it.each(Object.entries(updates))('%s runs a script that exists', (name, { script }) => {
    expect(existsSync(join(root, script))).toBe(true);
    expect(parseCommand([name])).toEqual([script]);
  });

  it('passes the version on to a script that takes one', () => {
    expect(parseCommand(['openapi', '24.0.0'])).toEqual([updates.openapi?.script, '24.0.0']);
  });

  it.each([
    ['a second version', ['openapi', '1', '2']],
    ['a version for an update that takes none', ['providers', '1']],
    ['the name of a method of objects', ['toString']],
  ])('rejects %s', (_, args) => {
    expect(() => parseCommand(args)).toThrow(/unexpected arguments|unknown update/);
  });
});
