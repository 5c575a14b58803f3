import { describe, expect, it } from '@jest/globals';
import { OpenApi } from '../rest/openapi.ts';

describe('addresses in an answer', () => {
  const api = new OpenApi();
  const found = api.match('GET', '/repos/shop/shop/actions/runs');
  const faultsOf = (email: string): string[] => {
    if (found === undefined) throw new Error('the description has no workflow runs');
    const body = { total_count: 1, workflow_runs: [{ head_commit: { author: { name: 'someone', email } } }] };
    return api.checkResponse(found.route, 200, body).filter((fault) => fault.includes('/email'));
  };

  it('may be those of a bot, with its square brackets', () => {
    expect(faultsOf('1006+release-bot[bot]@users.noreply.github.com')).toEqual([]);
  });

  it.each(['release-bot', 'release bot@example.com', '@example.com', 'a@'])('%j is none', (email) => {
    expect(faultsOf(email)).toEqual(['/workflow_runs/0/head_commit/author/email must match format "email"']);
  });
});
