import { describe, expect, it } from '@jest/globals';
import { commitMessage } from '../src/commit/message.ts';
import type { Outcome } from '../src/outputs.ts';
import { formatHeadline, formatSummary } from '../src/summary.ts';
import { image, planFor } from './helpers.ts';

const outcome = async (inputs: Record<string, string>, values: string): Promise<Outcome> => ({
  plan: await planFor(inputs, values),
  branch: 'main',
  attempts: 1,
  commit: undefined,
  pullRequest: undefined,
});

describe('the summary', () => {
  it('is a table of file, value, old and new that no value can break', async () => {
    const text = formatSummary(
      await outcome({ version: 'none', values: 'a=<b>|`x`' }, 'a: &t "y | z"\nc: *t\n'),
      false,
    );
    expect(text).toContain('| File | Value | Old | New |');
    expect(text).toContain(
      '| <code>helm/shop/values.yaml:1</code> | <code>a</code> | <code>y \\| z</code> | <code>&lt;b&gt;\\|\\`x\\`</code> |',
    );
    expect(text).toContain('<code>c (through an anchor)</code>');
  });

  it('explains why nothing was changed', async () => {
    const skipped = await outcome({ version: '0.1.0' }, '');
    expect(formatHeadline(skipped, false)).toBe('shop 1.0.0: nothing to change');
    expect(formatSummary(skipped, false)).toContain('newer than 0.1.0');
  });

  it('lists the images that were found when nothing is changed', async () => {
    const values = `a: {repository: r.io/web, tag: "<x>", digest: ""}\n${'image: r.io/x:1\n---\n'.repeat(250)}`;
    const planned = await outcome({ version: 'none', images: image('r.io/web') }, values);
    const text = formatSummary(planned, true);
    expect(text).toContain(
      '- <code>helm/shop/values.yaml:1: a is r.io/web:&lt;x&gt; (repository and tag): changed</code>',
    );
    expect(text).toContain('and 51 more images');
    expect(formatSummary(planned, false)).not.toContain('Images in the files');
  });

  it('reports that there was no version', async () => {
    const plan = await planFor({ version: '1.4.2' }, '', { 'helm/shop/Chart.yaml': 'name: shop\nversion:\n' });
    const changed = { ...(await outcome({}, '')), plan };
    expect(formatHeadline(changed, false)).toBe('shop (none) → 1.4.2: changed in the checkout');
    const origin = { repository: 'o/r', sha: undefined, runUrl: undefined };
    expect(commitMessage('{version}', plan, origin).body).toBe('Chart-Version: helm/shop 1.4.2 (was unset)');
  });

  it('reports the change', async () => {
    const changed = await outcome({ version: '1.4.2' }, '');
    const commit = { oid: 'abcdef0123456789' as never, verified: true };
    expect(formatHeadline(changed, true)).toBe('shop 1.0.0 → 1.4.2: would change (dry run)');
    expect(formatHeadline(changed, false)).toBe('shop 1.0.0 → 1.4.2: changed in the checkout');
    expect(formatHeadline({ ...changed, commit }, false)).toBe(
      'shop 1.0.0 → 1.4.2: commit abcdef012345 on main, verified',
    );
    expect(formatHeadline({ ...changed, commit, pullRequest: { number: 7, url: 'x' } }, false)).toBe(
      'shop 1.0.0 → 1.4.2: pull request 7',
    );
  });
});
