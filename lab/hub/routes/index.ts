import type { Handler } from '../rest/call.ts';
import type { OperationId } from '../rest/operations.ts';
import { actionHandlers } from './actions.ts';
import { archiveHandlers } from './archives.ts';
import { assetHandlers } from './assets.ts';
import { commitHandlers } from './commits.ts';
import { compareHandlers } from './compare.ts';
import { contentHandlers } from './contents.ts';
import { fileCommitHandlers } from './file-commits.ts';
import { labelHandlers } from './labels.ts';
import { objectHandlers } from './objects.ts';
import { peopleHandlers } from './people.ts';
import { pullHandlers } from './pulls.ts';
import { refHandlers } from './refs.ts';
import { releaseHandlers } from './releases.ts';
import { repositoryHandlers } from './repositories.ts';
import { rootHandlers } from './root.ts';
import { rulesetHandlers } from './rulesets.ts';

const handlers: Partial<Record<OperationId, Handler>> = {
  ...rootHandlers,
  ...repositoryHandlers,
  ...refHandlers,
  ...commitHandlers,
  ...compareHandlers,
  ...contentHandlers,
  ...fileCommitHandlers,
  ...objectHandlers,
  ...pullHandlers,
  ...labelHandlers,
  ...peopleHandlers,
  ...rulesetHandlers,
  ...releaseHandlers,
  ...assetHandlers,
  ...archiveHandlers,
  ...actionHandlers,
};

export function getHandler(id: OperationId): Handler {
  const handler = handlers[id];
  if (!handler) throw new Error(`no handler for ${id}`);
  return handler;
}
