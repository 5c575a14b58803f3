import { describe, expect, it } from '@jest/globals';
import { OpenApi } from '../rest/openapi.ts';

describe('email addresses in a response', () => {
  const api = new OpenApi();
  const matched = api.match('GET', '/repos/shop/shop/actions/runs');
  const findProblems = (email: string): string[] => {
    if (matched === undefined) throw new Error('the description has no workflow runs');
    const body = { total_count: 1, workflow_runs: [{ head_commit: { author: { name: 'someone', email } } }] };
    return api.checkResponse(matched.route, 200, body).filter((problem) => problem.includes('/email'));
  };

  it('may be those of a bot, with square brackets', () => {
    expect(findProblems('1006+release-bot[bot]@users.noreply.github.com')).toEqual([]);
  });

  it.each(['release-bot', 'release bot@example.com', '@example.com', 'a@'])('do not match as %j', (email) => {
    expect(findProblems(email)).toEqual(['/workflow_runs/0/head_commit/author/email must match format "email"']);
  });
});
