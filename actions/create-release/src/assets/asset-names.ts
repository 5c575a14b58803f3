/**
 * The name of a file as an asset. GitHub renames assets with special characters by unpublished rules
 * (https://docs.github.com/rest/releases/assets#upload-a-release-asset; a sequence of them becomes one dot:
 * https://github.com/electron/forge/pull/1761). A name that needs no renaming is known in advance,
 * so that conflicts are found and checksums name what users download.
 * @returns `''` when no allowed character is left
 */
export function assetName(fileName: string): string {
  return fileName
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .replaceAll(/[^A-Za-z0-9_+.-]+/g, '.')
    .replaceAll(/\.{2,}/g, '.')
    .replaceAll(/^\.|\.$/g, '');
}

const TYPES: Readonly<Record<string, string>> = {
  apk: 'application/vnd.android.package-archive',
  asc: 'application/pgp-signature',
  css: 'text/css',
  csv: 'text/csv',
  deb: 'application/vnd.debian.binary-package',
  dmg: 'application/x-apple-diskimage',
  exe: 'application/vnd.microsoft.portable-executable',
  gz: 'application/gzip',
  html: 'text/html',
  js: 'text/javascript',
  json: 'application/json',
  md: 'text/markdown',
  pdf: 'application/pdf',
  png: 'image/png',
  rpm: 'application/x-rpm',
  sha256: 'text/plain',
  svg: 'image/svg+xml',
  tar: 'application/x-tar',
  tgz: 'application/gzip',
  txt: 'text/plain',
  wasm: 'application/wasm',
  xml: 'application/xml',
  xz: 'application/x-xz',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  zip: 'application/zip',
  zst: 'application/zstd',
};

/** The media type for a name's last extension; GitHub serves the asset with it. */
export function contentType(name: string): string {
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  return (Object.hasOwn(TYPES, extension) ? TYPES[extension] : undefined) ?? 'application/octet-stream';
}
