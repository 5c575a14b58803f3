import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { pins } from '../pins.ts';
import { project } from '../project.ts';
import { jobs, steps, workflow, workflows } from './workflows.ts';

describe('every workflow', () => {
  it.each(workflows)('$path grants no permissions to all of its jobs', ({ permissions }) => {
    expect(permissions).toEqual({});
  });

  it.each(workflows)('$path names its source', ({ text, path }) => {
    const name = path.slice('.github/workflows/'.length, -'.yml'.length);
    expect(text.split('\n')[0]).toBe(
      `# Generated from workflows-src/${name}.ts. Edit that file, then run \`npm run generate\`.`,
    );
  });

  it.each(workflows)('$path names no host; hosts are variables', ({ text }) => {
    const withoutOwnNames = text.replaceAll(/uses: \S+/g, '');
    expect(withoutOwnNames).not.toMatch(/\b[\w-]+\.(io|com|net|org|dev)\b|\b\d+\.\d+\.\d+\.\d+\b|:\/\//);
  });

  it.each(workflows)('$path puts no expression into a command', ({ text }) => {
    expect(text).not.toMatch(/run: .*\$\{\{/);
  });
});

describe('the trigger of a workflow', () => {
  const triggers = (name: string): string[] => Object.keys(workflow(name).on).sort();

  it('is a pull request for ci alone, a merge for build, a version tag for deploy, and a manual start for plan', () => {
    expect(Object.fromEntries(workflows.map(({ path, on }) => [path, on]))).toEqual({
      '.github/workflows/ci.yml': { pull_request: null },
      '.github/workflows/build.yml': { push: { branches: ['main'] }, workflow_call: expect.anything() },
      '.github/workflows/deploy.yml': { push: { tags: ['v*.*.*'] }, workflow_call: expect.anything() },
      '.github/workflows/plan.yml': { workflow_dispatch: {} },
    });
  });

  it('is in a file of .github/workflows, which has no other files', async () => {
    const files = (await readdir(join(import.meta.dirname, '..', '..', '.github', 'workflows'))).sort();
    expect(files.map((name) => `.github/workflows/${name}`)).toEqual(workflows.map(({ path }) => path).sort());
  });

  // They run with the repository's secrets and permissions on the content of an untrusted pull request.
  it.each(['pull_request_target', 'workflow_run', 'issue_comment', 'issues'])('is never %s', (event) => {
    for (const { path } of workflows) {
      const name = path.slice('.github/workflows/'.length, -'.yml'.length);
      expect([path, triggers(name).includes(event)]).toEqual([path, false]);
    }
    expect(workflows.filter(({ text }) => text.includes('pull_request_target'))).toEqual([]);
  });
});

describe('every job', () => {
  it.each(jobs)('$name has a time limit', ({ job }) => {
    expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  it.each(jobs)('$name declares the permissions that it needs', ({ job }) => {
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

  it('has secrets only from an environment, which limits the branches and tags that may use it', () => {
    const jobsWithSecrets = jobs.filter(({ job }) => /\bsecrets\./.test(JSON.stringify(job)));
    expect(jobsWithSecrets.length).toBeGreaterThan(4);
    for (const { name, job } of jobsWithSecrets)
      expect({ name, environment: job.environment }).toEqual({
        name,
        environment: expect.stringContaining('inputs.environment ||'),
      });
  });

  it('creates a token of the release App with only the permissions of its step', () => {
    const tokenSteps = steps.filter(({ step }) => step.uses?.startsWith('actions/create-github-app-token@'));
    expect(
      tokenSteps.map(({ name, step }) => [
        name,
        Object.keys(step.with ?? {}).filter((key) => /^permission-/.test(key)),
      ]),
    ).toEqual([
      ['.github/workflows/deploy.yml: chart: step 1', ['permission-contents', 'permission-pull-requests']],
      ['.github/workflows/deploy.yml: release: step 1', ['permission-contents']],
    ]);
    // An owner without repositories would give access to all of them.
    for (const { step } of tokenSteps) expect(step.with?.owner).toBeUndefined();
  });

  it('revokes the token of the release App when it ends', () => {
    // create-github-app-token revokes its token in its post step, unless this input says otherwise.
    for (const { text } of workflows) expect(text).not.toContain('skip-token-revoke');
  });

  it('never writes anything for a pull request', () => {
    const levels = Object.values(workflow('ci').jobs).flatMap(({ permissions }) => Object.values(permissions ?? {}));
    expect(new Set(levels)).toEqual(new Set(['read']));
    expect(workflow('ci').text).not.toContain('secrets.');
  });
});

// GitHub drops a job output that contains a secret (actions/runner, JobExtension.cs), and only warns.
describe('job outputs', () => {
  const consumers = jobs.filter(({ job }) => /needs\.\w+\.outputs\.images/.test(JSON.stringify(job)));

  it('contain no secret, because every name is a variable first: secrets are passwords, keys and tokens', () => {
    const names = workflows.flatMap(({ text }) =>
      [...text.matchAll(/^(?<before>.*?)\bsecrets\.(?<name>\w+)/gm)].map(({ groups }) => ({ ...groups })),
    );
    const others = names.filter(({ name = '' }) => !/_(PASSWORD|TOKEN|KEY)$|^NPMRC$/.test(name));
    expect(others.length).toBeGreaterThan(3);
    for (const { before, name } of others) expect(before).toMatch(new RegExp(`\\bvars\\.${name} \\|\\| $`));
  });

  it('are checked before a matrix is created from them', () => {
    const matrices = consumers.filter(({ job }) => JSON.stringify(job.strategy ?? {}).includes('needs.'));
    expect(matrices.map(({ name }) => name)).toEqual([
      '.github/workflows/build.yml: scan',
      '.github/workflows/build.yml: attest',
    ]);
    for (const { job } of matrices) expect(job.if).toMatch(/(^|&& )needs\.build\.outputs\.images != ''$/);
  });

  it('make a job fail if they are empty, with an action that rejects empty images', () => {
    const { chart } = workflow('build').jobs;
    expect(chart?.if).toBe("inputs.charts != 'none' || needs.build.outputs.images == ''");
    const consumingInputs = steps.flatMap(({ step }) =>
      Object.entries(step.with ?? {}).flatMap(([input, value]) =>
        /needs\.\w+\.outputs\.images/.test(String(value)) ? [`${step.uses?.split(/[/@]/)[3]}: ${input}`] : [],
      ),
    );
    // Each rejects them: actions/lib/test/images/images-input.test.ts.
    expect(consumingInputs).toEqual([
      'helm-lint-scan: set-images',
      'bump-chart-version: images',
      'create-release: images',
    ]);
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

  it('installs Python packages only by hash, and builds none', () => {
    const python = run.filter(({ step }) => /\b(pipx?|uvx?|easy_install|poetry)\b/.test(step.run ?? ''));
    expect(python.map(({ step }) => step.run)).toEqual([
      '../checkov/bin/pip install --require-hashes --only-binary :all: --requirement .github/requirements/checkov.txt',
    ]);
  });

  it('installs the npm packages of the lockfile', () => {
    const npm = run.flatMap(({ step }) => step.run?.match(/\bnp[mx] .*/) ?? []);
    const commands = new Set(npm.map((command) => command.split(' ').slice(0, 2).join(' ')));
    expect([...commands].sort()).toEqual(['npm audit', 'npm ci', 'npm run', 'npm test']);
  });

  it('builds with a BuildKit that is named by its digest, or by a variable of the repository', () => {
    const builders = used.filter(({ step }) => step.uses?.startsWith('docker/setup-buildx-action@'));
    expect(builders).toHaveLength(3);
    for (const { step } of builders)
      expect(step.with).toEqual({
        'driver-opts': expect.stringMatching(
          /^image=\$\{\{ vars\.BUILDKIT_IMAGE \|\| 'moby\/buildkit:v[\d.]+@sha256:[0-9a-f]{64}' \}\}$/,
        ),
      });
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

  it('runs one release after the other and cancels none', () => {
    expect(workflow('deploy').concurrency).toEqual({
      group: "${{ inputs.release-group || 'gitops-actions-release' }}",
      'cancel-in-progress': false,
    });
  });

  it('uses no concurrency group whose name a caller could use by accident', () => {
    const groups = workflows.filter(({ on }) => 'workflow_call' in on).map(({ concurrency }) => concurrency?.group);
    expect(groups.filter((group) => group !== undefined)).toEqual([expect.stringContaining("|| 'gitops-actions-")]);
  });
});

describe('a pull request', () => {
  const ci = Object.values(workflow('ci').jobs);

  it('is checked with all of its commits, because a secret that was removed again is still exposed', () => {
    const checks = ci.filter(({ steps }) => steps.some(({ run }) => run === 'npm run check'));
    expect(checks).toHaveLength(1);
    expect(checks[0]?.steps[0]?.with).toEqual({ 'persist-credentials': false, 'fetch-depth': 0 });
  });

  it('must not add a package with a known vulnerability, and no package that runs may have one', () => {
    const [job] = ci.filter(({ steps }) => steps.some(({ run }) => run?.startsWith('npm audit')));
    const [review] = job?.steps.filter(({ uses }) => uses?.startsWith('actions/dependency-review-action@')) ?? [];
    expect(review?.with).toEqual({ 'fail-on-severity': 'high', 'fail-on-scopes': 'runtime, development, unknown' });
    expect(job?.steps.at(-1)?.run).toBe('npm audit --omit=dev --audit-level=moderate');
  });

  it('builds images that the build of main scans', () => {
    const scan = Object.values(workflow('build').jobs).flatMap(({ steps }) =>
      steps.filter(({ uses }) => uses?.startsWith('anchore/scan-action@')),
    );
    expect(scan).toHaveLength(1);
    expect(scan[0]?.with?.['severity-cutoff']).toContain("|| 'high'");
  });
});

describe('the ruleset of main', () => {
  it('waits for every job of ci', async () => {
    const names = Object.values(workflow('ci').jobs).map(({ name }) => name);
    for (const file of ['variables.tf', 'README.md']) {
      const text = await readFile(join(import.meta.dirname, '..', '..', 'terraform', 'github', file), 'utf8');
      const [, list = ''] = /required_checks = optional\(list\(string\), \[([^\]]*)\]/.exec(text) ?? [];
      expect([...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name).sort()).toEqual([...names].sort());
    }
  });
});

describe('actions of this repository', () => {
  const uses = (name: string): string[] =>
    Object.values(workflow(name).jobs)
      .flatMap((job) => job.steps.map((step) => step.uses ?? ''))
      .filter((reference) => reference.includes('/actions/') && !reference.includes('@') === (name === 'ci'));

  it('are tested from the pull request', () => {
    expect(uses('ci')).toEqual(['./actions/build-push-image', './actions/helm-lint-scan']);
  });

  it.each(['build', 'deploy'])('have their full names in %s, which runs in other repositories too', (name) => {
    expect(uses(name).length).toBeGreaterThan(0);
    for (const reference of uses(name))
      expect(reference).toMatch(/^gitops-actions\/gitops-actions\/actions\/[a-z-]+@v1$/);
  });
});
