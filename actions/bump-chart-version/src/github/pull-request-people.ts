import { responseData } from '../../../lib/requests/github.ts';
import type { PullRequests } from '../pull-requests/pull-requests.ts';
import { withExplanation } from './pull-request-errors.ts';
import type { Reader } from './snapshot.ts';

const PAGE_SIZE = 100;

/** Reviewers and assignees. A person or team that is added a second time stays once, so the client may retry. */
export function createPeopleRequests({
  github,
  repository,
}: Reader): Pick<PullRequests, 'peopleOf' | 'requestReviews' | 'assign'> {
  const [owner = '', repo = ''] = repository.split('/');
  return {
    async peopleOf(number) {
      const action = `reading pull request ${number}`;
      const request = { owner, repo, pull_number: number };
      const pull = responseData(
        await withExplanation(action, github.rest.pulls.get(request)),
        `pull request ${number}`,
      );
      const reviews = await withExplanation(action, github.rest.pulls.listReviews({ ...request, per_page: PAGE_SIZE }));
      const namesIn = (key: string, name: 'login' | 'slug'): string[] =>
        (pull.at(key).optional?.list() ?? []).map((item) => item.at(name).string());
      return {
        requested: { users: namesIn('requested_reviewers', 'login'), teams: namesIn('requested_teams', 'slug') },
        reviewed: responseData(reviews, `the reviews of pull request ${number}`)
          .list()
          .flatMap((review) => review.at('user').optional?.at('login').string() ?? []),
        assignees: namesIn('assignees', 'login'),
      };
    },
    async requestReviews(number, { users, teams }) {
      const reviewers = { reviewers: [...users], team_reviewers: [...teams] };
      const request = github.rest.pulls.requestReviewers({ owner, repo, pull_number: number, ...reviewers });
      const names = [...users, ...teams].join(', ');
      await withExplanation(`requesting a review of pull request ${number} by ${names}`, request);
    },
    async assign(number, logins) {
      const request = github.rest.issues.addAssignees({ owner, repo, issue_number: number, assignees: [...logins] });
      await withExplanation(`assigning pull request ${number} to ${logins.join(', ')}`, request);
    },
  };
}
