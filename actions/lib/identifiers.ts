import type { Parsed } from './runner/inputs.ts';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** `sha256:` and 64 lower-case hex digits (https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests). */
export type Digest = Branded<'Digest'>;
/** A full Git commit id: 40 lower-case hex digits, or 64 in a SHA-256 repository. */
export type CommitSha = Branded<'CommitSha'>;
/** `OWNER/REPO`. */
export type RepositoryName = Branded<'RepositoryName'>;
/** A registry's host with an optional port and path, in lower case, no scheme: `ghcr.io/org`, `localhost:5001`. */
export type RegistryName = Branded<'RegistryName'>;
/** An image's repository without the registry, in lower case: `shop/web`. */
export type ImageName = Branded<'ImageName'>;
/** A tag as registries accept it: at most 128 of `[A-Za-z0-9_.-]`, not starting with `.` or `-`. */
export type ImageTag = Branded<'ImageTag'>;

const createParser =
  <Name extends string>(pattern: RegExp, problem: string, normalize: (text: string) => string = (text) => text) =>
  (text: string): Parsed<Branded<Name>> => {
    const normalized = normalize(text);
    return pattern.test(normalized) ? { value: normalized as Branded<Name> } : { problem };
  };

const toLowerCase = (text: string): string => text.toLowerCase();

// The grammar of references: https://github.com/distribution/reference/blob/main/reference.go
const HOST =
  '(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\\[[0-9a-f:]+\\])(?::\\d{1,5})?';
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';

export const parseDigest = createParser<'Digest'>(
  /^sha256:[0-9a-f]{64}$/,
  'is not a digest (sha256: and 64 hex digits)',
);
export const parseCommitSha = createParser<'CommitSha'>(
  /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/,
  'is not a full commit id (40 hex digits)',
);
// The `_` precedes the short code of an enterprise with managed users:
// https://docs.github.com/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication
export const parseRepositoryName = createParser<'RepositoryName'>(
  /^[A-Za-z0-9][A-Za-z0-9_-]*\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/,
  'is not OWNER/REPO',
);
export const parseRegistryName = createParser<'RegistryName'>(
  new RegExp(`^${HOST}(?:/${COMPONENT})*$`),
  'is not a registry: a host with an optional port and path, without https:// and without a tag',
  toLowerCase,
);
export const parseImageName = createParser<'ImageName'>(
  new RegExp(`^(?=.{1,200}$)${COMPONENT}(?:/${COMPONENT})*$`),
  'is not an image name: lower-case path segments, without registry and without a tag',
  toLowerCase,
);
export const parseImageTag = createParser<'ImageTag'>(
  /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/,
  'is not a tag: at most 128 of letters, digits, "_", "." and "-"',
);
