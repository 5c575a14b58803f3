import { expect, it } from '@jest/globals';
import { unifiedDiff } from '../../src/files/diff.ts';
import { planFor } from '../helpers.ts';

it('creates a unified diff', async () => {
  const { files } = await planFor({ version: 'none', values: 'c=d' }, 'a: b\nc: x\n');
  expect(unifiedDiff(files)).toBe(
    '--- a/helm/shop/values.yaml\n+++ b/helm/shop/values.yaml\n@@ -1,2 +1,2 @@\n a: b\n-c: x\n+c: d\n',
  );
});
