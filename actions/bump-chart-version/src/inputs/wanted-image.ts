/** An image with the tag and digest that its places get: from the input `images`, or as a file of `from` records it. */
export interface WantedImage {
  /** Without the registry: `shop/web`. */
  name: string;
  /** With the registry: `ghcr.io/org/shop/web`. */
  repository: string;
  tags: readonly string[];
  /** `undefined` only where the file of `from` has none. */
  digest: string | undefined;
  /** The file of `from` and the line; `undefined` for the input `images`. */
  source?: { file: string; line: number };
  /** Why the files of `from` do not say which tag and digest it has. */
  unusable?: string;
}

/** Where `from` records an image, for messages. */
export const describeSource = ({ source }: Pick<WantedImage, 'source'>): string =>
  source === undefined ? 'the input images' : `${source.file}:${source.line}`;
