import { parseCommitSha, type RepositoryName } from '../../../lib/identifiers.ts';
import type { GitHub } from '../../../lib/requests/github.ts';
import { sendGraphql } from '../../../lib/requests/graphql.ts';
import type { ResponseData } from '../../../lib/requests/responses.ts';
import type { Overview, ReleaseState, ReleaseSummary, Tag, TagMove, TagRef } from './history.ts';

/** Where the queries go. */
export interface GraphqlEndpoint {
  github: GitHub;
  /** From the runner's `GITHUB_GRAPHQL_URL`. */
  url: string;
  repository: RepositoryName;
}

// Drafts are found by their tag, which the REST API cannot do: https://docs.github.com/graphql/reference/objects#repository
const RELEASES = `
  release(tagName: $tag) { ...release }
  releases(first: 100, orderBy: { field: CREATED_AT, direction: DESC }) { nodes { ...release } }
  latestRelease { ...release }`;
const RELEASE = 'fragment release on Release { databaseId tagName isDraft isPrerelease }';

/** The commit of an annotated tag is behind its tag object; a tag of a tag of a tag is rare enough. */
const TARGET = `target { __typename oid ... on Tag { target { __typename oid ... on Tag { target { __typename oid } } } } }`;
const tagList = (query: string): string =>
  `refs(refPrefix: "refs/tags/", first: 100, orderBy: { field: TAG_COMMIT_DATE, direction: DESC }${query}) { nodes { name ${TARGET} } }`;

/** Tag, tags and releases in one request, whatever the size of the repository. */
export async function readOverview(
  endpoint: GraphqlEndpoint,
  tag: string,
  names: readonly string[],
): Promise<Overview> {
  const lists = names.map((_, index) => `tags${index}: ${tagList(`, query: $names${index}`)}`);
  const declarations = names.map((_, index) => `, $names${index}: String!`).join('');
  const repository = await query(endpoint, tag, {
    declarations: `, $ref: String!${declarations}`,
    fields: [`ref(qualifiedName: $ref) { ${TARGET} }`, `tags: ${tagList('')}`, ...lists, RELEASES],
    variables: { ref: `refs/tags/${tag}`, ...Object.fromEntries(names.map((name, index) => [`names${index}`, name])) },
  });
  const tags = new Map<string, Tag>();
  for (const key of ['tags', ...names.map((_, index) => `tags${index}`)])
    for (const node of repository.at(key).at('nodes').list()) {
      const commit = commitOf(node.at('target'));
      const name = node.at('name').string();
      if (commit !== undefined) tags.set(name, { name, commit });
    }
  const ref = repository.at('ref').optional;
  return {
    commit: ref && commitOf(ref.at('target')),
    tags: [...tags.values()],
    releases: toReleaseState(repository, tag),
  };
}

export async function readReleaseState(endpoint: GraphqlEndpoint, tag: string): Promise<ReleaseState> {
  return toReleaseState(await query(endpoint, tag, { declarations: '', fields: [RELEASES], variables: {} }), tag);
}

interface Selection {
  declarations: string;
  fields: readonly string[];
  variables: Record<string, string>;
}

async function query(
  { github, url, repository }: GraphqlEndpoint,
  tag: string,
  { declarations, fields, variables }: Selection,
): Promise<ResponseData> {
  const [owner = '', name = ''] = repository.split('/');
  const data = await sendGraphql(github, url, {
    document: `query($owner: String!, $name: String!, $tag: String!${declarations}) {
      repository(owner: $owner, name: $name) { ${fields.join('\n')} }
    }\n${RELEASE}`,
    variables: { owner, name, tag, ...variables },
    subject: `the tags and releases of ${repository}`,
  });
  return data.at('repository');
}

function toReleaseState(repository: ResponseData, tag: string): ReleaseState {
  const byTag = repository.at('release').optional;
  const newest = repository.at('releases').at('nodes').list().map(toSummary);
  const ofTag = new Map(
    [...newest, ...(byTag === undefined ? [] : [toSummary(byTag)])]
      .filter((release) => release.tag === tag)
      .map((release) => [release.id, release]),
  );
  const latest = repository.at('latestRelease').optional;
  return { ofTag: [...ofTag.values()], newest, latest: latest && toSummary(latest) };
}

const toSummary = (raw: ResponseData): ReleaseSummary => ({
  id: raw.at('databaseId').integer(),
  tag: raw.at('tagName').string(),
  draft: raw.at('isDraft').boolean(),
  prerelease: raw.at('isPrerelease').boolean(),
});

/** The commit behind a ref's target; `undefined` for a tag of a file or directory. */
function commitOf(target: ResponseData): Tag['commit'] | undefined {
  const type = target.at('__typename').string();
  if (type === 'Commit') return target.at('oid').parsed(parseCommitSha);
  const inner = type === 'Tag' ? target.at('target').optional : undefined;
  return inner && commitOf(inner);
}

const TAG_REF = `query($owner: String!, $name: String!, $ref: String!) {
  repository(owner: $owner, name: $name) { id ref(qualifiedName: $ref) { ${TARGET} } }
}`;
const UPDATE_REFS = 'mutation($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }';
/** In `updateRefs`: the ref does not exist (https://docs.github.com/graphql/reference/input-objects#refupdate). */
const NO_OBJECT = '0'.repeat(40);

export async function readTag({ github, url, repository }: GraphqlEndpoint, tag: string): Promise<TagRef> {
  const [owner = '', name = ''] = repository.split('/');
  const variables = { owner, name, ref: `refs/tags/${tag}` };
  const data = await sendGraphql(github, url, { document: TAG_REF, variables, subject: `the tag ${tag}` });
  const found = data.at('repository');
  const target = found.at('ref').optional?.at('target');
  return { repositoryId: found.at('id').string(), oid: target?.at('oid').string(), commit: target && commitOf(target) };
}

/** Move or create a tag, also without a fast forward, but only if it still points where it was read: the status is 409 otherwise. */
export async function replaceTag({ github, url }: GraphqlEndpoint, tag: string, { from, to }: TagMove): Promise<void> {
  const update = { name: `refs/tags/${tag}`, beforeOid: from.oid ?? NO_OBJECT, afterOid: to, force: true };
  await sendGraphql(github, url, {
    document: UPDATE_REFS,
    variables: { input: { repositoryId: from.repositoryId, refUpdates: [update] } },
    subject: `the response to moving the tag ${tag}`,
  });
}
