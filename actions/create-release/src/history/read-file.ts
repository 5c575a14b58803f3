import { ActionError } from '../../../lib/errors.ts';
import type { CommitSha, RepositoryName } from '../../../lib/identifiers.ts';
import { type GitHub, responseData, statusOf } from '../../../lib/requests/github.ts';

/**
 * The text of a file at a commit, by the REST API, so that no checkout is needed. The response for a file contains no content above 1 MB, which is then
 * requested as a blob: https://docs.github.com/rest/repos/contents#get-repository-content
 * @returns `undefined` for a path that does not exist
 * @throws {ActionError} for a path that is not a file, and a file that is not text
 */
export async function readRepositoryFile(
  github: GitHub,
  repository: RepositoryName,
  { path, commit }: { path: string; commit: CommitSha },
): Promise<string | undefined> {
  const [owner = '', repo = ''] = repository.split('/');
  const { git, repos } = github.rest;
  const response = await repos.getContent({ owner, repo, path, ref: commit }).catch((error: unknown) => {
    if (statusOf(error) === 404) return undefined;
    throw error;
  });
  if (response === undefined) return undefined;
  const subject = `the file ${path}`;
  if (Array.isArray(response.data)) throw unusable(path, 'it is a directory');
  const file = responseData(response, subject);
  const type = file.at('type').string();
  if (type !== 'file') throw unusable(path, `it is a ${type}`);
  const content =
    file.at('encoding').optional?.string() === 'base64'
      ? file.at('content').string()
      : responseData(await git.getBlob({ owner, repo, file_sha: file.at('sha').string() }), subject)
          .at('content')
          .string();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(content, 'base64'));
  } catch {
    throw unusable(path, 'it is not UTF-8 text');
  }
}

const unusable = (path: string, why: string): ActionError =>
  new ActionError({
    what: `${path} cannot be read`,
    why: `at the commit of the release ${why}`,
    next: 'Set the input to the path of a text file in the repository.',
  });
