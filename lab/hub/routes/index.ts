import type { Handler } from '../rest/call.ts';
import type { OperationId } from '../rest/operations.ts';
import { actionHandlers } from './actions.ts';
import { assetHandlers } from './assets.ts';
import { checkHandlers } from './checks.ts';
import { commitHandlers } from './commits.ts';
import { contentHandlers } from './contents.ts';
import { gitDataHandlers } from './gitdata.ts';
import { issueHandlers } from './issues.ts';
import { pullHandlers } from './pulls.ts';
import { refHandlers } from './refs.ts';
import { releaseHandlers } from './releases.ts';
import { repositoryHandlers } from './repositories.ts';
import { rulesetHandlers } from './rulesets.ts';

const handlers: Partial<Record<OperationId, Handler>> = {
  ...repositoryHandlers,
  ...refHandlers,
  ...commitHandlers,
  ...contentHandlers,
  ...gitDataHandlers,
  ...pullHandlers,
  ...issueHandlers,
  ...rulesetHandlers,
  ...releaseHandlers,
  ...assetHandlers,
  ...actionHandlers,
  ...checkHandlers,
};

export function handlerOf(id: OperationId): Handler {
  const handler = handlers[id];
  if (!handler) throw new Error(`no handler for ${id}`);
  return handler;
}
