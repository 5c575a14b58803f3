import type { YAMLMap } from 'yaml';
import type { Step } from '../yaml/path.ts';
import type { YamlFile } from '../yaml/source.ts';
import type { Field, ListNode, MappingNode } from './containers.ts';
import type { PinForm } from './pin-text.ts';

/**
 * Finds the images that one shape of YAML names, such as `repository` beside `tag`. The walk through a document shows every mapping and
 * every list to every detector, in the order of `DETECTORS`. What one detector has claimed is not shown to the next.
 */
export interface Detector {
  /** For people: "repository and tag". */
  name: string;
  inMapping?(mapping: MappingNode): FoundImage[];
  inList?(list: ListNode): FoundImage[];
}

/** What a detector returns for an image. */
export interface FoundImage {
  /** Leads to what names the image: a mapping or a string. */
  steps: readonly Step[];
  /** Where that starts in the file, in UTF-16 units. */
  offset: number;
  /** The full names that the text can mean, the likeliest first: a registry can be in another key, or in none. */
  names: readonly string[];
  /** For a name in keys of its own, which a mapping in another file can override in part. */
  naming?: Naming | undefined;
  /** Every scalar that holds the image's tag or digest. */
  pins: readonly Pin[];
  /** The keys that `create: true` may add, because readers of this shape know them. */
  addable: { tag?: NewKey; digest?: NewKey };
  /** Scalars beside it that may be a digest of something else; they are not changed. */
  doubtful: readonly Pin[];
  /** The pairs and items that name or pin the image, so that no other detector takes them. */
  claims: readonly unknown[];
}

/** A key that names an image, such as `webImageRepository`. */
export interface NameKey {
  /** What stands before the word, normalized: `webimage`, and `''` for `repository`, `image` and `name`. */
  prefix: string;
  kind: 'repository' | 'image' | 'name';
  field: Field;
}

/** What the names of an image are made of. */
export interface Naming {
  key: NameKey;
  /** Without what `registry` holds. */
  repositories: readonly string[];
  registry: string;
  registries: readonly string[];
}

/** A place in a file where an image is named. */
export interface ImagePlace extends FoundImage {
  detector: string;
  file: YamlFile;
  document: number;
  /** 1-based. */
  line: number;
  role: PlaceRole;
  /** The places that an override is merged over. */
  bases?: readonly ImagePlace[];
}

/** A document, possibly one in a block scalar, with the places that were found in it. */
export interface FileImages {
  file: YamlFile;
  places: readonly ImagePlace[];
}

/**
 * - `name`: names the image by itself
 * - `override`: has only the tag or the digest, and another file the name
 * - `ambiguous`: the same, but more than one image can be meant
 * - `listing`: only tells people which images a chart has
 */
export type PlaceRole = 'name' | 'override' | 'ambiguous' | 'listing';

/** A scalar that holds the tag, the digest or both. */
export interface Pin {
  steps: readonly Step[];
  form: PinForm;
  /** `''` when it is empty. */
  old: string;
  /** The mapping whose key has the scalar, which can come from elsewhere through an alias or a merge key. */
  from: { map: YAMLMap; key: string } | undefined;
}

export interface NewKey {
  key: string;
  /** The sibling after which it goes. */
  after: string;
}
