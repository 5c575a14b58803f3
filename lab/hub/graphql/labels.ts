import type { Label } from '../store/types.ts';
import { encodePath, nodeId } from '../urls.ts';
import { type Order, type PageArguments, presentNodes, toConnection } from './connection.ts';
import type { RepositoryRequest } from './context.ts';

type Node = Record<string, unknown>;

export interface LabelFilter extends PageArguments {
  query?: string | null;
  orderBy?: Order<'CREATED_AT' | 'NAME' | 'ISSUE_COUNT'> | null;
}

/** The labels of a repository, the oldest first unless `orderBy` says otherwise. */
export function presentLabelList(request: RepositoryRequest, filter: LabelFilter): unknown {
  const { core, repository } = request;
  const { query, orderBy } = filter;
  const words = (query ?? '').toLowerCase();
  const labels = core.store.labels
    .list(repository.id)
    .filter(({ name, description }) => `${name} ${description ?? ''}`.toLowerCase().includes(words));
  if (orderBy?.field === 'NAME') labels.sort((a, b) => a.name.localeCompare(b.name, 'en'));
  if (orderBy?.direction === 'DESC') labels.reverse();
  return presentNodes(toConnection(labels, filter, 'labels'), (label) => presentLabelNode(request, label));
}

export function findLabel(request: RepositoryRequest, name: string): Node | null {
  const label = request.core.store.labels.get(request.repository.id, name.toLowerCase());
  return label ? presentLabelNode(request, label) : null;
}

/** The labels of a pull request, by name. */
export function presentLabels(request: RepositoryRequest, names: readonly string[], page: PageArguments): unknown {
  const { core, repository } = request;
  const labels = names
    .map((name) => core.store.labels.get(repository.id, name.toLowerCase()))
    .filter((label) => label !== undefined);
  return presentNodes(toConnection(labels, page, 'labels'), (label) => presentLabelNode(request, label));
}

function presentLabelNode({ core, repository }: RepositoryRequest, label: Label): Node {
  const path = `/labels/${encodePath(label.name)}`;
  return {
    __typename: 'Label',
    ...label,
    id: nodeId('Label', label.id),
    isDefault: false,
    url: core.urls.html(repository, path),
    resourcePath: `/${repository.owner}/${repository.name}${path}`,
  };
}
