import { join } from 'node:path';

/**
 * Third-party actions that require a network or a machine that the lab does not have. Each is replaced by a small local action
 * that does what is possible in the lab and reports what it omits. `actions/checkout` is built into act.
 */
const STAND_INS: Readonly<Record<string, string>> = {
  'docker/setup-buildx-action': 'setup-buildx',
  'azure/setup-helm': 'setup-helm',
  'actions/setup-node': 'setup-node',
  'azure/login': 'azure-login',
  'anchore/scan-action': 'scan-image',
  'actions/attest-build-provenance': 'attest',
  'actions/create-github-app-token': 'app-token',
};

const BUILT_INTO_ACT = ['actions/checkout'];

/** The repository and ref of a `uses:` value: `docker/setup-buildx-action@37fe…` or `o/r/actions/x@v1`. */
export interface ActionReference {
  /** `OWNER/REPO`, with unchanged case. */
  repository: string;
  ref: string;
}

export function parseUses(uses: string): ActionReference | undefined {
  const [, repository, ref] = /^([^/@]+\/[^/@]+)(?:\/[^@]*)?@(.+)$/.exec(uses) ?? [];
  return repository === undefined || ref === undefined ? undefined : { repository, ref };
}

export const isBuiltIntoAct = ({ repository }: ActionReference): boolean =>
  BUILT_INTO_ACT.includes(repository.toLowerCase());

/** The directory of the local action that replaces a third-party action; `undefined` if it has none. */
export function findStandIn({ repository }: ActionReference): string | undefined {
  const directory = STAND_INS[repository.toLowerCase()];
  return directory === undefined ? undefined : join(import.meta.dirname, 'third-party', directory);
}
