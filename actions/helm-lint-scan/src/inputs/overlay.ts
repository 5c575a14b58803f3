import type { Files } from './files.ts';

/**
 * The files of the checkout, of which some directories are read from a copy that has the same paths.
 * @param directories that are in the copy
 */
export function overlayFiles(files: Files, copy: Files, directories: readonly string[]): Files {
  const isCopied = (path: string): boolean =>
    directories.some((directory) => directory === '.' || path === directory || path.startsWith(`${directory}/`));
  const filesOf = (path: string): Files => (isCopied(path) ? copy : files);
  return {
    root: files.root,
    locate: (path) => filesOf(path).locate(path),
    async match(pattern) {
      const [own, copied] = await Promise.all([files.match(pattern), copy.match(pattern)]);
      return {
        paths: [...own.paths.filter((path) => !isCopied(path)), ...copied.paths.filter(isCopied)].sort(),
        invalid: own.invalid,
      };
    },
    read: (path, input) => filesOf(path).read(path, input),
    unsafePaths: (directory) => files.unsafePaths(directory),
    absolute: (path) => filesOf(path).absolute(path),
  };
}
