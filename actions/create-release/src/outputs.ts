/** All outputs of the action. Each is set as soon as it is known, so that it is also set when the step fails later. */

import { setOutputs } from '../../lib/runner/outputs.ts';
import type { Decision } from './history/decision.ts';
import type { PublishResult } from './releases/desired-release.ts';
import { visibleText } from './releases/release-text.ts';
import type { Asset, Release } from './releases/releases.ts';

export const setDecisionOutputs = (tag: string, { previous, prerelease }: Decision): Promise<void> =>
  setOutputs({ tag, 'previous-tag': previous?.name, prerelease });

export const setNotesOutput = (notes: string): Promise<void> => setOutputs({ notes });

/** Once the release, mostly still a draft, exists. */
export const setDraftOutputs = (release: Release, created: boolean): Promise<void> =>
  setOutputs({ ...releaseOutputs(release), created });

/** Once all files are uploaded and checked. */
export const setAssetOutputs = (assets: readonly Asset[]): Promise<void> =>
  setOutputs({ assets: assets.map(({ id, name, url, size, digest }) => ({ id, name, url, size, digest })) });

export const setNextVersionOutput = (version: string | undefined): Promise<void> =>
  setOutputs({ 'next-version': version });

export async function setResultOutputs(result: PublishResult & { latest: boolean }): Promise<void> {
  const { release, assets, latest } = result;
  await setOutputs({ ...releaseOutputs(release), latest, notes: visibleText(release.body) });
  await setAssetOutputs(assets);
}

/** For a dry run: the release that exists, if there is one, and nothing that this run created. */
export const setDryRunOutputs = (release: Release | undefined, { latest }: Decision): Promise<void> =>
  setOutputs({
    id: release?.id,
    url: release?.url,
    created: false,
    published: release?.draft === false,
    latest,
    assets: [],
  });

const releaseOutputs = ({ id, url, uploadUrl, tarballUrl, zipballUrl, draft, prerelease }: Release) => ({
  id,
  url,
  'upload-url': uploadUrl,
  'tarball-url': tarballUrl,
  'zipball-url': zipballUrl,
  published: !draft,
  prerelease,
});
