import { ActionError } from '../../../lib/errors.ts';
import type { CommitSha } from '../../../lib/identifiers.ts';
import { explainRequestError, responseData } from '../../../lib/requests/github.ts';
import type { ResponseData } from '../../../lib/requests/responses.ts';
import { isListed } from '../files/list-files.ts';
import type { Reader } from './snapshot.ts';

/**
 * The files of a commit, with one request: https://docs.github.com/rest/git/trees#get-a-tree
 * @throws {ActionError} when GitHub returns only a part of them, as it does above 100,000
 */
export async function listTree({ github, repository }: Reader, commit: CommitSha): Promise<string[]> {
  const [owner = '', repo = ''] = repository.split('/');
  const data = await github.rest.git
    .getTree({ owner, repo, tree_sha: commit, recursive: '1' })
    .then((response) => responseData(response, `the files of ${commit}`))
    .catch((error: unknown): ResponseData => {
      throw explainRequestError(error, `listing the files of ${repository}`, 'contents: read');
    });
  if (data.at('truncated').boolean()) {
    throw new ActionError({
      what: 'globs cannot be used in this repository',
      why: `${repository} has more files than GitHub lists`,
      next: 'Write the charts and values files without globs, one per line.',
    });
  }
  return data
    .at('tree')
    .list()
    .flatMap((entry) => (entry.at('type').string() === 'tree' ? [] : [entry.at('path').string()]))
    .filter(isListed);
}
