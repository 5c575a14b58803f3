import { ApiError, notFound } from '../errors.ts';
import { simpleUser } from '../present/account.ts';
import { presentLabel } from '../present/pull.ts';
import { emitPull } from '../pulls/events.ts';
import { type Call, created, type Handlers, ok, type Reply } from '../rest/call.ts';
import { now } from '../store/store.ts';
import type { Comment, Label, Pull } from '../store/types.ts';
import { nodeId } from '../urls.ts';

/** Issues exist here only as the other side of pull requests. */
function issueOf(call: Call): Pull {
  const pull = call.core.store.pulls.get(call.repository.id, call.number('issue_number'));
  if (!pull) throw notFound();
  return pull;
}

function ensureLabel(call: Call, name: string): Label {
  const { store } = call.core;
  const known = store.labels.get(call.repository.id, name.toLowerCase());
  if (known) return known;
  const label: Label = { id: store.nextId(), name, color: 'ededed', description: null };
  return store.labels.put(call.repository.id, name.toLowerCase(), label);
}

function labelsOf(call: Call, pull: Pull): Label[] {
  return pull.labels
    .map((name) => call.core.store.labels.get(call.repository.id, name.toLowerCase()))
    .filter((label) => label !== undefined);
}

type LabelsBody = { labels?: (string | { name: string })[] } | (string | { name: string })[];

function namesIn(body: LabelsBody): string[] {
  const list = Array.isArray(body) ? body : (body.labels ?? []);
  return list.map((label) => (typeof label === 'string' ? label : label.name));
}

async function setLabels(call: Call, names: readonly string[]): Promise<Reply> {
  const pull = issueOf(call);
  const labels = names.map((name) => ensureLabel(call, name).name);
  const changed: Pull = { ...pull, labels: [...new Set(labels)], updatedAt: now() };
  call.core.store.pulls.put(call.repository.id, pull.number, changed);
  if (changed.labels.some((name) => !pull.labels.includes(name))) {
    await emitPull(call.core, call.repository, call.actor, changed, 'labeled');
  }
  return call.list(labelsOf(call, changed), (label) => presentLabel(call.core, call.repository, label));
}

function presentComment(call: Call, comment: Comment): Record<string, unknown> {
  const { core, repository } = call;
  return {
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    url: core.urls.api(repository, `/issues/comments/${comment.id}`),
    html_url: core.urls.html(repository, `/pull/${comment.issue}#issuecomment-${comment.id}`),
    issue_url: core.urls.api(repository, `/issues/${comment.issue}`),
    user: simpleUser(core.urls, core.accountOf(comment.login)),
    body: comment.body,
    author_association: 'COLLABORATOR',
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
  };
}

function createComment(call: Call): Reply {
  const { store } = call.core;
  const time = now();
  const comment: Comment = {
    id: store.nextId(),
    issue: issueOf(call).number,
    login: call.actor.account.login,
    body: call.body<{ body: string }>().body,
    createdAt: time,
    updatedAt: time,
  };
  store.comments.put(call.repository.id, comment.id, comment);
  return created(presentComment(call, comment));
}

function updateComment(call: Call): Reply {
  const { store } = call.core;
  const comment = store.comments.get(call.repository.id, call.number('comment_id'));
  if (!comment) throw notFound();
  const changed: Comment = { ...comment, body: call.body<{ body: string }>().body, updatedAt: now() };
  store.comments.put(call.repository.id, comment.id, changed);
  return ok(presentComment(call, changed));
}

function createLabel(call: Call): Reply {
  const body = call.body<{ name: string; color?: string; description?: string }>();
  const { store } = call.core;
  if (store.labels.get(call.repository.id, body.name.toLowerCase())) {
    throw new ApiError(422, 'Validation Failed', [{ resource: 'Label', field: 'name', code: 'already_exists' }]);
  }
  const label: Label = {
    id: store.nextId(),
    name: body.name,
    color: body.color ?? 'ededed',
    description: body.description ?? null,
  };
  store.labels.put(call.repository.id, body.name.toLowerCase(), label);
  return created(presentLabel(call.core, call.repository, label));
}

function getIssue(call: Call): Reply {
  const { core, repository } = call;
  const pull = issueOf(call);
  const url = core.urls.api(repository, `/issues/${pull.number}`);
  return ok({
    id: pull.id,
    node_id: nodeId('PullRequest', `${repository.id}:${pull.number}`),
    url,
    repository_url: core.urls.api(repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: core.urls.html(repository, `/pull/${pull.number}`),
    number: pull.number,
    state: pull.state,
    title: pull.title,
    body: pull.body,
    user: simpleUser(core.urls, core.accountOf(pull.login)),
    labels: labelsOf(call, pull).map((label) => presentLabel(core, repository, label)),
    assignee: null,
    milestone: null,
    locked: false,
    comments: core.store.comments.list(repository.id).filter((comment) => comment.issue === pull.number).length,
    closed_at: pull.closedAt,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    author_association: 'COLLABORATOR',
    pull_request: {
      url: core.urls.api(repository, `/pulls/${pull.number}`),
      html_url: core.urls.html(repository, `/pull/${pull.number}`),
      diff_url: core.urls.html(repository, `/pull/${pull.number}.diff`),
      patch_url: core.urls.html(repository, `/pull/${pull.number}.patch`),
      merged_at: pull.mergedAt,
    },
  });
}

export const issueHandlers: Handlers = {
  'issues/get': getIssue,
  'issues/list-labels-for-repo': (call) =>
    call.list(call.core.store.labels.list(call.repository.id), (label) =>
      presentLabel(call.core, call.repository, label),
    ),
  'issues/create-label': createLabel,
  'issues/list-labels-on-issue': (call) =>
    call.list(labelsOf(call, issueOf(call)), (label) => presentLabel(call.core, call.repository, label)),
  'issues/add-labels': (call) => setLabels(call, [...issueOf(call).labels, ...namesIn(call.body<LabelsBody>())]),
  'issues/set-labels': (call) => setLabels(call, namesIn(call.body<LabelsBody>())),
  'issues/remove-label': (call) => {
    const { labels } = issueOf(call);
    const name = call.param('name').toLowerCase();
    if (!labels.some((label) => label.toLowerCase() === name)) throw new ApiError(404, 'Label does not exist');
    return setLabels(
      call,
      labels.filter((label) => label.toLowerCase() !== name),
    );
  },
  'issues/list-comments': (call) => {
    const { number } = issueOf(call);
    const comments = call.core.store.comments.list(call.repository.id).filter((comment) => comment.issue === number);
    return call.list(comments, (comment) => presentComment(call, comment));
  },
  'issues/create-comment': createComment,
  'issues/update-comment': updateComment,
};
