/**
 * Every third-party action that our workflows use, at the full commit of a released tag. The owner of a repository can move a tag,
 * but not a commit. Source: https://docs.github.com/actions/reference/security/secure-use#using-third-party-actions
 */
export const pins = {
  'actions/attest-build-provenance': { tag: 'v4.1.0', commit: 'a2bbfa25375fe432b6a289bc6b6cd05ecd0c4c32' },
  'actions/checkout': { tag: 'v7.0.1', commit: '3d3c42e5aac5ba805825da76410c181273ba90b1' },
  'actions/create-github-app-token': { tag: 'v3.2.0', commit: 'bcd2ba49218906704ab6c1aa796996da409d3eb1' },
  'actions/dependency-review-action': { tag: 'v5.0.0', commit: 'a1d282b36b6f3519aa1f3fc636f609c47dddb294' },
  'actions/setup-node': { tag: 'v7.0.0', commit: '820762786026740c76f36085b0efc47a31fe5020' },
  'anchore/scan-action': { tag: 'v7.4.0', commit: 'e1165082ffb1fe366ebaf02d8526e7c4989ea9d2' },
  'Azure/login': { tag: 'v3.0.1', commit: 'f5d393ae46f8fde4be8b75f32e3fc50e654ad0ca' },
  'Azure/setup-helm': { tag: 'v5.0.1', commit: '9bc31f4ebc9c6b171d7bfbaa5d006ae7abdb4310' },
  'docker/setup-buildx-action': { tag: 'v4.3.0', commit: '37fe631027851001ddb9b187196cc803df7f5f0e' },
  'hashicorp/setup-terraform': { tag: 'v4.0.1', commit: 'dfe3c3f87815947d99a8997f908cb6525fc44e9e' },
} as const;

export type PinnedAction = keyof typeof pins;

/** The value of `uses:`. */
export const pinnedReference = (action: PinnedAction): string => `${action}@${pins[action].commit}`;

/** The tag of a pinned reference, for the comment beside it; `undefined` for any other string. */
export function tagOfReference(reference: string): string | undefined {
  const action = (Object.keys(pins) as PinnedAction[]).find((name) => reference === pinnedReference(name));
  return action === undefined ? undefined : pins[action].tag;
}
