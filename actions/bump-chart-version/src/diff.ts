import type { ChangedFile } from './apply.ts';

/** The change as a unified diff that `git apply` takes. */
export async function unifiedDiff(files: readonly ChangedFile[]): Promise<string> {
  if (files.length === 0) return '';
  const { createTwoFilesPatch } = await import('diff');
  return files
    .map(({ path, old, text }) => {
      const [header, ...lines] = createTwoFilesPatch(`a/${path}`, `b/${path}`, old, text, undefined, undefined, {
        context: 3,
      }).split('\n');
      return header?.startsWith('===') ? lines.join('\n') : [header, ...lines].join('\n');
    })
    .join('');
}
