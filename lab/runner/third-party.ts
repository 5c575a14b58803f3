import { join } from 'node:path';

/**
 * Actions of others that need a network or a machine that the lab does not have. Each is replaced by a small local one that
 * does the part the lab can do for real and says what it leaves out. `actions/checkout` is done by act itself.
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

const DONE_BY_ACT = ['actions/checkout'];

/** The repository of a `uses:` value and the rest: `docker/setup-buildx-action@37fe…` or `o/r/actions/x@v1`. */
export interface ActionReference {
  /** `OWNER/REPO` as written. */
  repository: string;
  ref: string;
}

export function parseUses(uses: string): ActionReference | undefined {
  const [, repository, ref] = /^([^/@]+\/[^/@]+)(?:\/[^@]*)?@(.+)$/.exec(uses) ?? [];
  return repository === undefined || ref === undefined ? undefined : { repository, ref };
}

export const isDoneByAct = ({ repository }: ActionReference): boolean => DONE_BY_ACT.includes(repository.toLowerCase());

/** The directory of the local action that stands in for a third party's, or `undefined`. */
export function standInFor({ repository }: ActionReference): string | undefined {
  const directory = STAND_INS[repository.toLowerCase()];
  return directory === undefined ? undefined : join(import.meta.dirname, 'third-party', directory);
}
