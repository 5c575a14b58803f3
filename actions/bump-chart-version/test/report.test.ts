import { describe, expect, it } from '@jest/globals';
import { bumpedCharts, commitMessage, fillTemplate } from '../src/commit/message.ts';
import { unifiedDiff } from '../src/files/diff.ts';
import type { Outcome } from '../src/outputs.ts';
import { headline, summary } from '../src/report.ts';
import { planFor } from './helpers.ts';

const outcome = async (inputs: Record<string, string>, values: string): Promise<Outcome> => ({
  plan: await planFor(inputs, values),
  branch: 'main',
  attempts: 1,
  commit: undefined,
  pullRequest: undefined,
});

describe('the summary', () => {
  it('is a table of file, value, old and new, that no value can break out of', async () => {
    const text = summary(await outcome({ version: 'none', values: 'a=<b>|`x`' }, 'a: &t "y | z"\nc: *t\n'), false);
    expect(text).toContain('| File | Value | Old | New |');
    expect(text).toContain(
      '| <code>helm/shop/values.yaml:1</code> | <code>a</code> | <code>y \\| z</code> | <code>&lt;b&gt;\\|\\`x\\`</code> |',
    );
    expect(text).toContain('<code>c (through an anchor)</code>');
  });

  it('says why nothing was done', async () => {
    const skipped = await outcome({ version: '0.1.0' }, '');
    expect(headline(skipped, false)).toBe('shop 1.0.0: nothing to change');
    expect(summary(skipped, false)).toContain('newer than 0.1.0');
  });

  it('says that there was no version', async () => {
    const plan = await planFor({ version: '1.4.2' }, '', { 'helm/shop/Chart.yaml': 'name: shop\nversion:\n' });
    const changed = { ...(await outcome({}, '')), plan };
    expect(headline(changed, false)).toBe('shop (none) → 1.4.2: changed in the checkout');
    const origin = { repository: 'o/r', sha: undefined, runUrl: undefined };
    expect(commitMessage('{version}', plan, origin).body).toBe('Chart-Version: helm/shop 1.4.2 (was unset)');
  });

  it('says what was done', async () => {
    const changed = await outcome({ version: '1.4.2' }, '');
    const commit = { oid: 'abcdef0123456789' as never, verified: true };
    expect(headline(changed, true)).toBe('shop 1.0.0 → 1.4.2: would change (dry run)');
    expect(headline(changed, false)).toBe('shop 1.0.0 → 1.4.2: changed in the checkout');
    expect(headline({ ...changed, commit }, false)).toBe('shop 1.0.0 → 1.4.2: commit abcdef012345 on main, verified');
    expect(headline({ ...changed, commit, pullRequest: { number: 7, url: 'x' } }, false)).toBe(
      'shop 1.0.0 → 1.4.2: pull request 7',
    );
  });
});

it('the diff is a unified one', async () => {
  const { files } = await planFor({ version: 'none', values: 'c=d' }, 'a: b\nc: x\n');
  expect(unifiedDiff(files)).toBe(
    '--- a/helm/shop/values.yaml\n+++ b/helm/shop/values.yaml\n@@ -1,2 +1,2 @@\n a: b\n-c: x\n+c: d\n',
  );
});

describe('the message', () => {
  it('takes nothing from a chart but text on one line', async () => {
    const { charts } = await planFor({ version: '1.4.2' }, '');
    const [chart] = charts;
    const odd = { ...chart, name: 'x\n\nCo-authored-by: y {version}' } as typeof chart & object;
    expect(fillTemplate('{chart}', [odd])).toBe('x Co-authored-by: y {version}');
  });

  it('names the version that stays only once', async () => {
    const plan = await planFor({ version: 'none', values: 'a=c' }, 'a: b\n');
    const origin = { repository: 'o/r', sha: undefined, runUrl: undefined };
    expect(commitMessage('x', plan, origin)).toEqual({ headline: 'x', body: 'Chart-Version: helm/shop 1.0.0' });
  });

  it('tells which charts a run has counted up', () => {
    const message = (run: string, chart: string): string =>
      `x\n\nChart-Version: ${chart} 1.1.0 (was 1.0.0)\nWorkflow-Run: u/${run}`;
    const log = [message('7', 'a'), message('70', 'b'), 'Workflow-Run: u/7'];
    expect(bumpedCharts(log, ['a', 'b'], 'u/7')).toEqual(new Set(['a']));
    expect(bumpedCharts(log, ['a', 'b'], undefined)).toEqual(new Set());
  });
});
