import { type AllowedPaths, resolvePath } from '../../../lib/files/workspace.ts';

/** Lines that other actions and tools accept, or that a shell would expand, and what to write here. */
const HINTS: readonly { line: RegExp; hint: string }[] = [
  { line: /^~(?:[\\/]|$)/, hint: '`~` is not expanded; use a path in the workspace or in RUNNER_TEMP' },
  {
    line: /^[^{]*,|\}[^{]*,/,
    hint: 'write one glob per line, not separated by commas',
  },
  { line: /^(["']).*\1$/, hint: 'quotes are part of the glob; write it without them' },
  { line: /^-\s/, hint: 'write one glob per line, without a list marker' },
  { line: /\$\{?\w|%\w+%/, hint: 'variables are not expanded; use an expression such as `${{ env.NAME }}`' },
  { line: /#/, hint: 'a label after `#` is not supported' },
  { line: /[/*]\S*\s+\S*[/*]/, hint: 'write one glob per line, not separated by spaces' },
];

/** Why a glob that works elsewhere matches no file here, as a sentence without a capital; `undefined` when nothing is known. */
export async function migrationHint(text: string, allowed: AllowedPaths): Promise<string | undefined> {
  const path = await resolvePath(allowed, text);
  if ('value' in path && path.value.kind === 'directory')
    return `it is a directory; write \`${text.replace(/\/+$/, '')}/*\` to attach its files`;
  return HINTS.find(({ line }) => line.test(text))?.hint;
}
