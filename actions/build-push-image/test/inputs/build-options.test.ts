import { describe, expect, it } from '@jest/globals';
import { noOptions } from '../fakes.ts';
import { problemsOf, read, readImage, useWorkspace } from './read-inputs.ts';

useWorkspace();

const WEB = 'name: web, context: web';

describe('build contexts', () => {
  it.each(['web', 'docker-image://alpine:3', 'https://example.com/a.git', 'image:api'])('may be %s', async (value) => {
    const images = `[{ ${WEB}, build-contexts: { base: "${value}" } }, { name: api, context: api }]`;
    expect((await readImage(images))?.options.buildContexts).toEqual(new Map([['base', value]]));
  });
});

describe('build options', () => {
  it('are unset by default', async () => {
    expect((await readImage(`{ ${WEB} }`))?.options).toEqual(noOptions);
  });

  it('of the step are for all images, and those of an image win', async () => {
    const { images } = await read({
      images: `[{ ${WEB}, network: host, no-cache: false, add-hosts: { db: 10.0.0.9 }, cache-from: "type=gha,scope=x" }, { name: api, context: api }]`,
      network: 'none',
      'no-cache': 'true',
      pull: 'true',
      'add-hosts': 'db=10.0.0.5\nmq=10.0.0.6',
      ssh: 'default',
      'cache-from': 'type=gha\ntype=registry,ref=ghcr.io/org/{image}:cache-{branch}',
    });
    const [web, api] = images.map(({ options }) => options);
    expect(web).toMatchObject({ network: 'host', noCache: false, pull: true, cacheFrom: ['type=gha,scope=x'] });
    expect(web?.addHosts).toEqual(
      new Map([
        ['db', '10.0.0.9'],
        ['mq', '10.0.0.6'],
      ]),
    );
    expect(api).toMatchObject({ network: 'none', noCache: true, pull: true, ssh: ['default'] });
    expect(api?.cacheFrom).toEqual(['type=gha', 'type=registry,ref=ghcr.io/org/{image}:cache-{branch}']);
  });

  it.each<[Record<string, string>, string]>([
    [{ network: 'bridge' }, 'is not one of default, none, host'],
    [{ 'no-cache': 'yes' }, 'is not a boolean'],
    [{ ssh: '=x' }, 'is neither default nor ID=PATH'],
    [{ ssh: 'key=/etc/ssh/key' }, 'has a path in `ssh` that is outside the workspace'],
    [{ ssh: 'key=none' }, 'has a path in `ssh` that does not exist'],
    [{ 'cache-from': 'ghcr.io/org/web:cache' }, 'has no type'],
    [{ 'cache-to': 'type=registry,ghcr.io/org/web' }, 'which is not KEY=VALUE'],
    [{ 'cache-to': 'type=gha,scope={ref}' }, 'has the unknown placeholder {ref}'],
    [{ 'cache-to': 'type=local,dest=/etc' }, 'has a path in `cache-to` that is outside the workspace'],
    [{ 'cache-from': 'type=local,src=out/etc' }, 'leads out of the workspace (a link)'],
    [{ images: `{ ${WEB}, network: [a] }` }, 'has invalid network: it is not one of'],
    [{ images: `{ ${WEB}, pull: maybe }` }, 'has invalid pull: it is not a boolean'],
    [{ images: `{ ${WEB}, cache-to: "type=local,dest=../x" }` }, 'has a path in `cache-to` that is outside'],
    [{ images: `{ ${WEB}, cache-from: [gha] }` }, 'has invalid cache-from: it has "gha", which has no type'],
    [{ outputs: 'type=registry' }, 'has the type registry; the action pushes the image itself'],
    [{ outputs: 'images.tar' }, 'has no type of docker, oci, tar, local'],
    [{ outputs: 'type=oci' }, 'has no dest=PATH'],
    [{ outputs: 'type=tar,dest=-' }, 'writes to the standard output'],
    [{ outputs: 'type=oci,dest=/etc/x.tar' }, 'has a path in `outputs` that is outside the workspace'],
    [{ outputs: 'type=local,dest=out/x' }, 'leads out of the workspace (a link)'],
    [{ outputs: 'type=oci,dest={name}.tar' }, 'has the unknown placeholder {name}'],
    [{ load: 'x' }, 'is not a boolean'],
    [{ 'build-contexts': 'shared=/etc' }, 'has a build context that is outside the workspace'],
    [{ 'build-contexts': 'shared=web/Dockerfile' }, 'has a build context that is not a directory'],
    [{ 'build-contexts': 'base=image:none' }, 'has a build context that is not an image of this step'],
    [{ images: `{ ${WEB}, build-contexts: { base: "image:web" } }` }, 'that needs this image itself'],
    [
      {
        images: `[{ ${WEB}, build-contexts: { a: "image:api" } }, { name: api, context: api, build-contexts: { b: "image:web" } }]`,
      },
      'that needs this image itself',
    ],
    [
      {
        images: `[{ ${WEB}, build-contexts: { a: "image:api" } }, { name: api, context: api }]`,
        push: 'false',
      },
      'which `push: false` does not push',
    ],
  ])('%j is a problem', async (inputs, problem) => {
    expect((await problemsOf(inputs)).map((found) => found.problem).join('\n')).toContain(problem);
  });
});
