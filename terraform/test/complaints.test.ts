/** The table in the README names tests; each must exist. */
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { project } from './workspace.ts';

const terraform = join(project, 'terraform');
const readme = await readFile(join(terraform, 'README.md'), 'utf8');
const rows = (readme.split('| complaint | here | test |')[1] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
  .map((line) => line.slice(2, -2).split(' | '));

async function testNames(): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const file of glob('**/*.{tftest.hcl,test.ts}', { cwd: terraform })) {
    const text = await readFile(join(terraform, file), 'utf8');
    for (const [, run, title] of text.matchAll(/^run "(\w+)" \{|\bit(?:\.each\([^)]*\))?\('([^']+)'/gm))
      names.add(run ?? title ?? '');
  }
  return names;
}

describe('a known problem of other platforms', () => {
  it('is in the table with its solution', () => {
    expect(rows.length).toBeGreaterThanOrEqual(20);
    for (const row of rows) expect(row).toHaveLength(3);
  });

  it.each(rows.filter(([, , tests]) => tests !== 'decision'))('%s', async (_complaint, _here, tests = '') => {
    const named = [...tests.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(0);
    expect([...(await testNames())]).toEqual(expect.arrayContaining(named));
  });

  it('is a decision only if it cannot be tested', () => {
    const decisions = rows
      .filter(([, , tests]) => tests === 'decision')
      .map(([complaint = '']) => complaint.split(':')[0]);
    expect(decisions).toEqual([
      'Terraform and Argo CD own the same objects',
      'Argo CD and the autoscaler fight over replicas',
      'The order of applications',
    ]);
  });
});
