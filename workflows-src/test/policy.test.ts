import { describe, expect, it } from '@jest/globals';
import { pins } from '../pins.ts';
import { project } from '../project.ts';
import { jobs, steps, workflow, workflows } from './workflows.ts';

describe('every workflow', () => {
  it.each(workflows)('$path gives no permission to all its jobs', ({ permissions }) => {
    expect(permissions).toEqual({});
  });

  it.each(workflows)('$path says where it comes from', ({ text, path }) => {
    const name = path.slice('.github/workflows/'.length, -'.yml'.length);
    expect(text.split('\n')[0]).toBe(`# Made from workflows-src/${name}.ts by \`npm run generate\`; change that.`);
  });

  it.each(workflows)('$path names no host: those are variables', ({ text }) => {
    const withoutOwnNames = text.replaceAll(/uses: \S+/g, '');
    expect(withoutOwnNames).not.toMatch(/\b[\w-]+\.(io|com|net|org|dev)\b|\b\d+\.\d+\.\d+\.\d+\b|:\/\//);
  });

  it.each(workflows)('$path puts no expression into a command', ({ text }) => {
    expect(text).not.toMatch(/run: .*\$\{\{/);
  });
});

describe('every job', () => {
  it.each(jobs)('$name has a time limit', ({ job }) => {
    expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  it.each(jobs)('$name says which permissions it needs', ({ job }) => {
    expect(Object.keys(job.permissions ?? {})).not.toHaveLength(0);
  });

  it('writes to the repository only where that is its task', () => {
    const writers = jobs.filter(({ job }) => job.permissions?.contents === 'write').map(({ name }) => name);
    expect(writers).toEqual(['.github/workflows/deploy.yml: chart', '.github/workflows/deploy.yml: release']);
  });

  it('may release only where it commits to the chart and where it moves the major tag', () => {
    const releaser = /secrets\.(RELEASE_TOKEN|RELEASE_APP_PRIVATE_KEY)\b/;
    const holders = jobs.filter(({ job }) => releaser.test(JSON.stringify(job))).map(({ name }) => name);
    expect(holders).toEqual(['.github/workflows/deploy.yml: chart', '.github/workflows/deploy.yml: release']);
  });

  it('has secrets only from an environment, which says from where it may be used', () => {
    const using = jobs.filter(({ job }) => /\bsecrets\./.test(JSON.stringify(job)));
    expect(using.length).toBeGreaterThan(4);
    for (const { name, job } of using)
      expect({ name, environment: job.environment }).toEqual({
        name,
        environment: expect.stringContaining('inputs.environment ||'),
      });
  });

  it('makes a token of the release App that can do no more than its step', () => {
    const made = steps.filter(({ step }) => step.uses?.startsWith('actions/create-github-app-token@'));
    expect(
      made.map(({ name, step }) => [name, Object.keys(step.with ?? {}).filter((key) => /^permission-/.test(key))]),
    ).toEqual([
      ['.github/workflows/deploy.yml: chart: step 1', ['permission-contents', 'permission-pull-requests']],
      ['.github/workflows/deploy.yml: release: step 1', ['permission-contents']],
    ]);
    // An owner alone would be all of its repositories.
    for (const { step } of made) expect(step.with?.owner).toBeUndefined();
  });

  it('never writes anything for a pull request', () => {
    const levels = Object.values(workflow('ci').jobs).flatMap(({ permissions }) => Object.values(permissions ?? {}));
    expect(new Set(levels)).toEqual(new Set(['read']));
    expect(workflow('ci').text).not.toContain('secrets.');
  });
});

// GitHub drops a job's output that contains the text of a secret (actions/runner, JobExtension.cs), and only warns.
describe('what jobs pass on', () => {
  const asking = jobs.filter(({ job }) => /needs\.\w+\.outputs\.images/.test(JSON.stringify(job)));

  it('holds no secret, because every name is a variable first: secrets are passwords, keys and tokens', () => {
    const names = workflows.flatMap(({ text }) =>
      [...text.matchAll(/^(?<before>.*?)\bsecrets\.(?<name>\w+)/gm)].map(({ groups }) => ({ ...groups })),
    );
    const others = names.filter(({ name = '' }) => !/_(PASSWORD|TOKEN|KEY)$|^NPMRC$/.test(name));
    expect(others.length).toBeGreaterThan(3);
    for (const { before, name } of others) expect(before).toMatch(new RegExp(`\\bvars\\.${name} \\|\\| $`));
  });

  it('is looked for before a matrix is made of it', () => {
    const matrices = asking.filter(({ job }) => JSON.stringify(job.strategy ?? {}).includes('needs.'));
    expect(matrices.map(({ name }) => name)).toEqual([
      '.github/workflows/build.yml: scan',
      '.github/workflows/build.yml: attest',
    ]);
    for (const { job } of matrices) expect(job.if).toMatch(/(^|&& )needs\.build\.outputs\.images != ''$/);
  });

  it('is missed by a job that runs just then, with an action that refuses images that came out empty', () => {
    const { chart } = workflow('build').jobs;
    expect(chart?.if).toBe("inputs.charts != 'none' || needs.build.outputs.images == ''");
    const given = steps.flatMap(({ step }) =>
      Object.entries(step.with ?? {}).flatMap(([input, value]) =>
        /needs\.\w+\.outputs\.images/.test(String(value)) ? [`${step.uses?.split(/[/@]/)[3]}: ${input}`] : [],
      ),
    );
    // Each refuses them: actions/lib/test/images-input.test.ts.
    expect(given).toEqual(['helm-lint-scan: set-images', 'bump-chart-version: images', 'create-release: images']);
  });
});

describe('every step', () => {
  const used = steps.filter(({ step }) => step.uses !== undefined);
  const run = steps.filter(({ step }) => step.run !== undefined);
  const thirdParty = used.filter(
    ({ step }) => !step.uses?.startsWith('./') && !step.uses?.startsWith(project.repository),
  );

  it.each(thirdParty)('$name pins $step.uses by commit, with the tag beside it', ({ step }) => {
    const [, action = '', commit] = /^([\w-]+\/[\w-]+)@([0-9a-f]{40})$/.exec(step.uses ?? '') ?? [];
    const pin = new Map<string, { tag: string; commit: string }>(Object.entries(pins)).get(action);
    expect(commit).toBe(pin?.commit);
    const lines = workflows
      .flatMap(({ text }) => text.split('\n'))
      .filter((line) => line.includes(`uses: ${step.uses}`));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line.trim()).toBe(`uses: ${step.uses} # ${pin?.tag}`);
  });

  it.each(run)('$name runs one command: $step.run', ({ step }) => {
    expect(step.run).not.toMatch(/[\n;|&`<>]|\$\(/);
  });

  it('lets nothing of a ref, a title or an event reach an expression', () => {
    const untrusted = /github\.(event|head_ref|base_ref|ref_name|actor|triggering_actor)\b/;
    expect(steps.filter(({ step }) => untrusted.test(JSON.stringify(step)))).toEqual([]);
  });

  it.each(steps.filter(({ step }) => step.uses?.startsWith('actions/checkout@')))(
    '$name leaves no token in the checkout',
    ({ step }) => {
      expect(step.with?.['persist-credentials']).toBe(false);
    },
  );
});

describe('runs at the same time', () => {
  it('replaces the run of a pull request that got a new push', () => {
    expect(workflow('ci').concurrency).toEqual({ group: 'ci-${{ github.ref }}', 'cancel-in-progress': true });
  });

  it('builds every commit, so that every commit can be released', () => {
    expect(workflow('build').concurrency).toBeUndefined();
  });

  it('makes one release after the other and stops none', () => {
    expect(workflow('deploy').concurrency).toEqual({
      group: "${{ inputs.release-group || 'gitops-actions-release' }}",
      'cancel-in-progress': false,
    });
  });

  it('waits for no group whose name a caller would take by chance', () => {
    const groups = workflows.filter(({ on }) => 'workflow_call' in on).map(({ concurrency }) => concurrency?.group);
    expect(groups.filter((group) => group !== undefined)).toEqual([expect.stringContaining("|| 'gitops-actions-")]);
  });
});

describe('actions of this repository', () => {
  const uses = (name: string): string[] =>
    Object.values(workflow(name).jobs)
      .flatMap((job) => job.steps.map((step) => step.uses ?? ''))
      .filter((each) => each.includes('/actions/') && !each.includes('@') === (name === 'ci'));

  it('are tested as the pull request has them', () => {
    expect(uses('ci')).toEqual(['./actions/build-push-image', './actions/helm-lint-scan']);
  });

  it.each(['build', 'deploy'])('are named in full in %s, which runs in other repositories too', (name) => {
    expect(uses(name).length).toBeGreaterThan(0);
    for (const each of uses(name)) expect(each).toMatch(/^gitops-actions\/gitops-actions\/actions\/[a-z-]+@v1$/);
  });
});
