import { compareConfigurations, layerInstructions } from './configuration.ts';
import type { ImageContents } from './image-contents.ts';
import { compareEntries, readEntries } from './layer-entries.ts';

/** What differs between two images: fields of their configurations, and files in their layers. */
export async function compareImages(source: ImageContents, rebuilt: ImageContents): Promise<string[]> {
  const differences = compareConfigurations(source.configuration, rebuilt.configuration);
  const instructions = layerInstructions(source.configuration);
  for (const [index, digest] of source.layers.entries()) {
    const other = rebuilt.layers[index];
    if (other === undefined || other === digest) continue;
    const [before, after] = [await source.readLayer(digest), await rebuilt.readLayer(other)];
    const files = compareEntries(await readEntries(before), await readEntries(after));
    const instruction = instructions[index];
    const layer = `layer ${index + 1}${instruction ? ` (${instruction})` : ''}`;
    if (files.length === 0) files.push('the same files, in another order or with another compression');
    differences.push(...files.map((file) => `${layer}: ${file}`));
  }
  if (source.layers.length !== rebuilt.layers.length)
    differences.push(`${source.layers.length} layers in the source, ${rebuilt.layers.length} rebuilt`);
  return differences;
}
