import { ResponseData } from '../../../../lib/requests/responses.ts';

/** More than any image has. */
const MAX_LAYERS = 10_000;

/**
 * The size of an image of one platform, in bytes, as its manifest states it: the configuration and the layers, as they are stored and sent.
 * @param server the registry, as errors name it
 * @throws {InvalidResponseError} when it is not the manifest of an image
 */
export function parseImageSize(bytes: Buffer, server: string): number {
  const manifest = ResponseData.json(bytes.toString('utf8'), server, 'the manifest');
  const parts = [manifest.at('config'), ...manifest.at('layers').list(MAX_LAYERS)];
  return parts.reduce((sum, part) => sum + part.at('size').integer(), 0);
}
