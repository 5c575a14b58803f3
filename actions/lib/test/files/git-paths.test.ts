import { describe, expect, it } from '@jest/globals';
import { hasGitDirectory, isGitDirectoryName, isTokenFile } from '../../files/git-paths.ts';

describe('git paths', () => {
  it.each(['.git', '.GIT', '.Git', '.git.', '.git ', '.git . .', '.git::$INDEX_ALLOCATION', 'GIT~1', '.g\u200cit'])(
    '%j is the Git directory',
    (name) => expect(isGitDirectoryName(name)).toBe(true),
  );
  it.each(['git', '.github', '.gitignore', '.gitattributes', 'x.git', '..git', 'git~2', 'git-credentials'])(
    '%j is not the Git directory',
    (name) => expect(isGitDirectoryName(name)).toBe(false),
  );
  it('recognizes the token file of actions/checkout', () => {
    expect(isTokenFile('temp/git-credentials-0b1f.config')).toBe(true);
    expect(isTokenFile('git-credentials.config')).toBe(false);
  });
  it('finds .git in paths with slashes and backslashes', () => {
    expect([hasGitDirectory('a/.git/b'), hasGitDirectory('a\\.git\\b'), hasGitDirectory('a/b')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
