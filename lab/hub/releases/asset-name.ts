/**
 * The name under which GitHub stores an asset. It "renames asset filenames that have special characters, non-alphanumeric
 * characters, and leading or trailing periods" (https://docs.github.com/rest/releases/assets#upload-a-release-asset), and
 * https://github.com/travis-ci/dpl/issues/821 shows how: letters lose their accents, all other characters become a dot,
 * dots in sequence become one, and a name of which only its extension is left begins with `default`.
 */
export function toStoredName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .replace(/[^A-Za-z0-9._+-]+/g, '.')
    .replace(/\.{2,}/g, '.')
    .replace(/\.$/, '')
    .replace(/^\.?$/, name === '' ? '' : 'default')
    .replace(/^\./, 'default.');
}
