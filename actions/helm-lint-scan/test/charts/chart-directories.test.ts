import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type ChartQuery, findChartDirectories } from '../../src/charts/chart-directories.ts';
import { throwErrors } from '../../src/error-collector.ts';
import { files, META, root, useCheckout, write } from '../checkout.ts';

useCheckout();

const find = async (query: ChartQuery): Promise<string[]> => {
  const { directories, errors } = await findChartDirectories(files, query);
  throwErrors(errors);
  return directories;
};

describe('chart directories', () => {
  it('are those that the globs match and that contain a Chart.yaml', async () => {
    await write({
      'helm/web/Chart.yaml': META,
      'helm/api/Chart.yaml': META,
      'helm/README.md': '',
      'helm/none/x': '',
      'node_modules/a/Chart.yaml': META,
    });
    expect(await find({ patterns: ['helm/*', 'helm/web', '**'], required: true })).toEqual(['helm/api', 'helm/web']);
  });

  it.each(['helm/*', 'helm/web'])(
    '%s that matches no chart is an error, unless charts are not required',
    async (pattern) => {
      await expect(find({ patterns: [pattern], required: true })).rejects.toThrow('it matches nothing');
      await write({ 'helm/web/x': '' });
      await expect(find({ patterns: [pattern], required: true })).rejects.toThrow('helm/web has no Chart.yaml');
      expect(await find({ patterns: [pattern], required: false })).toEqual([]);
    },
  );

  it('may contain links that stay in the workspace, and no others', async () => {
    await write({ 'helm/web/Chart.yaml': META, 'shared/x.yaml': '' });
    await symlink('../../shared/x.yaml', join(root, 'helm/web/x.yaml'));
    expect(await find({ patterns: ['helm/*'], required: true })).toEqual(['helm/web']);
    await symlink('/etc/hosts', join(root, 'helm/web/y.yaml'));
    await expect(find({ patterns: ['helm/*'], required: true })).rejects.toThrow(
      'helm/web/y.yaml leads out of the workspace (a link)',
    );
  });
});
