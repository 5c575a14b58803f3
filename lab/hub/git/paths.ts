/** Whether Git accepts the path in a tree on every file system. Such a path also cannot leave a checkout. */
export function isSafePath(path: string): boolean {
  if (path === '' || path.includes('\0') || path.includes('\\')) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !isGitDirectory(part));
}

/** Whether some file system reads the name as `.git` (see Git's verify_path). */
function isGitDirectory(part: string): boolean {
  const plain = part.replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, '').replace(/[. ]+$/, '');
  return plain.toLowerCase() === '.git' || plain.toLowerCase() === 'git~1';
}
