import { describe, expect, it } from '@jest/globals';
import type { CommitSha, ImageTag } from '../../../lib/identifiers.ts';
import type { ExecResult } from '../../../lib/processes/exec.ts';
import { buildOrPromote } from '../../src/images/build-or-promote.ts';
import type { ImageJob } from '../../src/images/image-job.ts';
import { createLaterCommits } from '../../src/tags/later-commits.ts';
import { shaTag } from '../../src/tags/tag-rules.ts';
import { COPIED, FakeBuilder, FakeRegistry, failed, index, job, ok, silent } from '../fakes.ts';
import { sha } from './releases.ts';

const REPOSITORY = 'prod.example/web';
const [later, latest] = ['1', '2'].map((digit) => digit.repeat(40) as CommitSha) as [CommitSha, CommitSha];
const ours = index('1', 'a');
const theirs = index('2', 'b');

const onMain: ImageJob = {
  ...job,
  tags: [
    { name: job.shaTag, moving: false, ofCommit: true },
    { name: 'main' as ImageTag, moving: true, branch: 'main' },
    { name: 'latest' as ImageTag, moving: true, branch: 'main' },
  ],
};

function createScene(commits: CommitSha[] = []) {
  const registry = new FakeRegistry();
  const notices: string[] = [];
  const log = { ...silent, notice: (text: string) => notices.push(text) };
  const run = async () => {
    const clients = { registry, builder: new FakeBuilder(registry, () => ours) };
    const result = await buildOrPromote({ ...onMain, laterCommits: async () => commits }, clients, log);
    return result.tags.map(String);
  };
  return { registry, notices, run, named: (tag: string) => registry.images.get(`${REPOSITORY}:${tag}`) };
}

describe('the tags of a branch', () => {
  it('move to the commit when the branch has no later one', async () => {
    const { registry, run, named } = createScene();
    registry.release(REPOSITORY, theirs, 'main', 'latest');
    expect(await run()).toEqual([job.shaTag, 'main', 'latest']);
    expect([named('main'), named('latest')]).toEqual([ours, ours]);
  });

  it('stay with the image of a later commit', async () => {
    const { registry, notices, run, named } = createScene([latest, later]);
    registry.release(REPOSITORY, theirs, shaTag(later), 'main', 'latest');
    expect(await run()).toEqual([job.shaTag]);
    expect([named('main'), named('latest'), named(job.shaTag)]).toEqual([theirs, theirs, ours]);
    expect(notices).toEqual([
      `main, latest stay: the repository has the image of ${later.slice(0, 12)}, a later commit of main.`,
    ]);
  });

  it('move while no later commit has an image', async () => {
    const { registry, run, named } = createScene([latest, later]);
    registry.release(REPOSITORY, theirs, 'main');
    expect(await run()).toEqual([job.shaTag, 'main', 'latest']);
    expect(named('main')).toBe(ours);
  });

  it('are those of the image when a later commit has the same one', async () => {
    const { registry, run } = createScene([later]);
    registry.release(REPOSITORY, ours, shaTag(later));
    expect(await run()).toEqual([job.shaTag, 'main', 'latest']);
  });

  it('move on to a later commit whose run set them at the same moment', async () => {
    const { registry, run, named } = createScene([later]);
    const copy = registry.copy.bind(registry);
    registry.copy = async (source, targets) => {
      if (targets.includes(`${REPOSITORY}:main`) && named('main') === undefined)
        registry.release(REPOSITORY, theirs, shaTag(later), 'main', 'latest');
      await copy(source, targets);
      return COPIED;
    };
    expect(await run()).toEqual([job.shaTag]);
    expect([named('main'), named('latest')]).toEqual([theirs, theirs]);
  });
});

describe('the later commits of a branch', () => {
  const find = (answers: Record<string, ExecResult>) =>
    createLaterCommits(async (args) => answers[args[0] ?? ''] ?? failed('unknown'), sha)('main');
  const refs = ok('refs/remotes/origin/main\n');

  it('are those of the checkout, when the Git host does not answer', async () => {
    expect(await find({ 'for-each-ref': refs, 'rev-list': ok(`${latest}\n${later}\n`) })).toEqual([latest, later]);
  });

  it('begin with the head of the branch, which a shallow checkout does not have', async () => {
    const remote = ok(`${latest}\trefs/heads/main\n`);
    expect(await find({ 'ls-remote': remote, 'for-each-ref': refs, 'rev-list': ok('') })).toEqual([latest]);
    expect(await find({ 'ls-remote': remote, 'rev-list': ok(`${latest}\n${later}\n`) })).toEqual([latest, later]);
  });

  it.each<[string, Record<string, ExecResult>]>([
    ['the commit is its head', { 'ls-remote': ok(`${sha}\trefs/heads/main\n`), 'rev-list': ok(`${later}\n`) }],
    [
      'the branch was moved back',
      { 'ls-remote': ok(`${later}\trefs/heads/main\n`), 'rev-list': ok(''), 'merge-base': ok() },
    ],
    ['there is no checkout', {}],
  ])('are none when %s', async (_title, answers) => {
    expect(await find(answers)).toEqual([]);
  });
});
