import type { Settings } from '../inputs/inputs.ts';
import type { AssetContent } from '../releases/releases.ts';
import { contentType } from './content-types.ts';
import { hashFile, openUnchanged } from './file-stream.ts';

/** The files to attach, each read once for its digest. */
export async function readContents({
  files,
  allowed,
  contentTypes,
}: Pick<Settings, 'files' | 'allowed' | 'contentTypes'>): Promise<AssetContent[]> {
  const contents: AssetContent[] = [];
  for (const { path, name, label, size } of files) {
    const file = { allowed, path, size };
    const digest = await hashFile(file);
    contents.push({
      name,
      label,
      size,
      digest: `sha256:${digest}`,
      contentType: contentType(name, contentTypes),
      open: () => openUnchanged(file, digest),
    });
  }
  return contents;
}
