import { afterEach, describe, expect, it } from '@jest/globals';
import { startServer, type TestServer } from '../../../../../scripts/test-support/server.ts';
import { Distribution } from '../../../src/registry/client/distribution.ts';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
});

/** What a registry with these challenges gets after its 401: the requests for a token, and the login of the last request. */
async function answersTo(challenges: (origin: string) => string[]): Promise<string[]> {
  const answers: string[] = [];
  server = await startServer((request, response) => {
    const { url = '', headers } = request;
    if (url.startsWith('/token')) {
      answers.push(url);
      response.end('{"token":"t"}');
    } else if (headers.authorization === undefined)
      response.writeHead(401, { 'www-authenticate': challenges(`http://${headers.host}`) }).end();
    else {
      answers.push(headers.authorization);
      response.end('{"tags":[]}');
    }
  });
  const credentials = { username: 'me', password: 'hunter2' };
  await new Distribution({ host: server.host, credentials, retries: 0 }).tags(`${server.host}/web`);
  return answers;
}

const BASIC = `Basic ${btoa('me:hunter2')}`;
const withToken = (service: string) => [`/token?service=${service}&scope=repository%3Aweb%3Apull`, 'Bearer t'];

describe('the challenge of a registry', () => {
  it.each<[string, (origin: string) => string[], string[]]>([
    ['a token', (origin) => [`Bearer realm="${origin}/token",service="r"`], withToken('r')],
    [
      'a token, and then a password',
      (origin) => [`Bearer realm="${origin}/token",service="r",scope="*"`, 'Basic realm="Registry"'],
      withToken('r'),
    ],
    [
      'a password, and then a token',
      (origin) => ['Basic realm="Registry"', `Bearer realm="${origin}/token",service="r"`],
      withToken('r'),
    ],
    [
      'both in one header',
      (origin) => [`Basic realm="a, Bearer b", bearer service=r, realm="${origin}/token"`],
      withToken('r'),
    ],
    [
      'two tokens',
      (origin) => [`Bearer realm="${origin}/token",service="r"`, 'Bearer realm="https://x.example/token"'],
      withToken('r'),
    ],
    ['a scheme that is unknown, and then a password', () => ['Negotiate', 'Basic realm="Registry"'], [BASIC]],
    ['a password without a realm', () => ['basic'], [BASIC]],
  ])('asks for %s', async (_title, challenges, answers) => {
    expect(await answersTo(challenges)).toEqual(answers);
  });
});
