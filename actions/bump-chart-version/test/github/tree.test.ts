import { expect, it } from '@jest/globals';
import type { CommitSha, RepositoryName } from '../../../lib/identifiers.ts';
import type { GitHub } from '../../../lib/requests/github.ts';
import { listTree } from '../../src/github/tree.ts';
import { graphqlWith, requestError } from './fake-github.ts';

const HEAD = 'a'.repeat(40) as CommitSha;

function list(respond: () => unknown): Promise<string[]> {
  const getTree = async (parameters: unknown) => {
    expect(parameters).toEqual({ owner: 'octo', repo: 'shop', tree_sha: HEAD, recursive: '1' });
    return { url: 'https://hub.test/x', status: 200, headers: {}, data: respond() };
  };
  const github = { rest: { git: { getTree } } } as unknown as GitHub;
  return listTree({ github, graphql: graphqlWith().graphql, repository: 'octo/shop' as RepositoryName }, HEAD);
}

const entry = (path: string, type = 'blob') => ({ path, type });

it('lists the files of a commit, without those that no glob matches', async () => {
  const tree = [entry('helm', 'tree'), entry('helm/x/Chart.yaml'), entry('sub', 'commit'), entry('node_modules/x/y')];
  expect(await list(() => ({ tree, truncated: false }))).toEqual(['helm/x/Chart.yaml', 'sub']);
});

it('refuses a list that is not complete', async () => {
  await expect(list(() => ({ tree: [], truncated: true }))).rejects.toThrow(
    'globs cannot be used in this repository: octo/shop has more files than GitHub lists',
  );
});

it('explains a refusal', async () => {
  await expect(
    list(() => {
      throw requestError(404);
    }),
  ).rejects.toThrow('listing the files of octo/shop');
});
