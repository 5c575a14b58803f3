import { createTwoFilesPatch } from 'diff';
import type { ChangedFile } from '../plan/planned-edits.ts';

/** The change as a unified diff that `git apply` accepts. */
export function unifiedDiff(files: readonly ChangedFile[]): string {
  return files
    .map(({ path, old, text }) => {
      const [header, ...lines] = createTwoFilesPatch(`a/${path}`, `b/${path}`, old, text, undefined, undefined, {
        context: 3,
      }).split('\n');
      return header?.startsWith('===') ? lines.join('\n') : [header, ...lines].join('\n');
    })
    .join('');
}
