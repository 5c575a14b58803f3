import { describe, expect, it } from '@jest/globals';
import type { ImageName } from '../../../lib/identifiers.ts';
import { findDockerfile, parseCheckWarnings } from '../../src/buildx/dockerfile-checks.ts';
import { plan } from '../fakes.ts';

/** The end of the log of buildx 0.38. */
const LOG = `#6 DONE 0.0s

 \u001b[33m3 warnings found (use docker --debug to expand):
\u001b[0m - FromAsCasing: 'as' and 'FROM' keywords' casing do not match (line 1)
 - SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data (ARG "NPM_TOKEN") (line 2)
 - JSONArgsRecommended: JSON arguments recommended for CMD to prevent unintended behavior related to OS signals (line 4)
 - FromAsCasing: 'as' and 'FROM' keywords' casing do not match (line 1)
 - a frontend's own words
Dockerfile:5
`;

describe('the findings of build checks', () => {
  it('have their line and the page of the check', () => {
    expect(parseCheckWarnings(LOG)).toEqual([
      {
        message: "FromAsCasing: 'as' and 'FROM' keywords' casing do not match",
        line: 1,
        url: 'https://docs.docker.com/go/dockerfile/rule/from-as-casing/',
      },
      {
        message: 'SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data (ARG "NPM_TOKEN")',
        line: 2,
        url: 'https://docs.docker.com/go/dockerfile/rule/secrets-used-in-arg-or-env/',
      },
      {
        message:
          'JSONArgsRecommended: JSON arguments recommended for CMD to prevent unintended behavior related to OS signals',
        line: 4,
        url: 'https://docs.docker.com/go/dockerfile/rule/json-args-recommended/',
      },
      { message: "a frontend's own words", line: undefined, url: undefined },
    ]);
  });

  it('are not what a step prints', () => {
    expect(parseCheckWarnings('#5 0.1  1 warning found:\n#5 0.1  - UndefinedVar: x (line 1)\n')).toEqual([]);
  });
});

it.each([
  ['/w/web/Dockerfile', 'web/Dockerfile'],
  ['/elsewhere/Dockerfile', undefined],
])('the Dockerfile %s is %s in the workspace', (file, expected) => {
  expect(findDockerfile({ ...plan, image: { ...plan.image, name: 'web' as ImageName, file } })).toBe(expected);
});

it('the Dockerfile of a remote context is not in the workspace', () => {
  const image = { ...plan.image, context: 'https://example.com/web.git', file: 'web/Dockerfile' };
  expect(findDockerfile({ image, workspace: process.cwd() })).toBeUndefined();
});
