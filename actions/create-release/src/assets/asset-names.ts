/** The file with the checksums of all others. */
export const CHECKSUMS_NAME = 'SHA256SUMS';

/** "Each release can have up to 1000 release assets": https://docs.github.com/repositories/releasing-projects-on-github/about-releases#storage-and-bandwidth-quotas */
export const MAX_ASSETS = 1000;

/**
 * The name of a file as an asset. GitHub renames assets with special characters by unpublished rules
 * (https://docs.github.com/rest/releases/assets#upload-a-release-asset; a sequence of them becomes one dot:
 * https://github.com/electron/forge/pull/1761; the name `default` when none is left:
 * https://github.com/cli/cli/blob/trunk/pkg/cmd/release/upload/upload.go). A name that needs no renaming is known in advance,
 * so that conflicts are found and checksums name what users download.
 */
export function assetName(fileName: string): string {
  const plain = fileName.normalize('NFKD').replaceAll(/\p{Mark}/gu, '');
  const name = plain
    .replaceAll(/[^A-Za-z0-9_+.-]+/g, '.')
    .replaceAll(/\.{2,}/g, '.')
    .replaceAll(/^\.|\.$/g, '');
  if (hasOwnName(plain)) return name;
  return name === '' ? 'default' : `default.${name}`;
}

/** Whether an asset's name contains anything of the file's name before its first dot. */
export const hasOwnName = (fileName: string): boolean => /^[^.]*[A-Za-z0-9_+-]/.test(fileName.normalize('NFKD'));
