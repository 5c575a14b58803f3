import { describe, expect, it } from '@jest/globals';
import { useRunner } from './scene.ts';

describe('job outputs', () => {
  const scene = useRunner();
  const { commit, run } = scene;

  const outputs = (steps: string): string => `
on: push
jobs:
  one:
    runs-on: ubuntu-latest
    outputs: { images: "\${{ steps.a.outputs.images }}", other: "\${{ steps.a.outputs.other }}", none: "" }
    steps: [${steps}]
  two:
    needs: one
    runs-on: ubuntu-latest
    steps: [{ run: "echo images '\${{ needs.one.outputs.images }}' other '\${{ needs.one.outputs.other }}'" }]
`;
  const set = (images: string): string =>
    `{ id: a, run: "echo images=${images} >>$GITHUB_OUTPUT && echo other=fine >>$GITHUB_OUTPUT" }`;

  it.each([
    ['of the run', set('localhost/job-token/web')],
    ['of the repository, in base64', set('cGEkJCAid29yZCIgIzE=')],
    ['that a step masked before', `{ run: "echo ::add-mask::sha256" }, ${set('web@sha256:0')}`],
    ['that a step masked afterwards', `${set('web@sha256:0')}, { run: "printf '::add-mask::x%%0Asha256\\n'" }`],
  ])("drops a job's output that contains a secret %s, as GitHub does, and reports it", async (_, steps) => {
    await run({ sha: await commit({ '.github/workflows/a.yml': outputs(steps) }) });
    expect(scene.runs.runs).toMatchObject([{ conclusion: 'success' }]);
    expect(scene.runs.log).toContain("Skip output 'images' since it may contain secret.");
    expect(scene.runs.log).toContain("Set output 'other'");
    expect(scene.runs.log).toContain("images '' other 'fine'");
  });

  it('keeps an output that is masked only in another job', async () => {
    const text = outputs(set('web@sha256:0')).replace(
      'steps: [{ run: "echo',
      'steps: [{ run: "echo ::add-mask::sha256" }, { run: "echo',
    );
    await run({ sha: await commit({ '.github/workflows/a.yml': text }) });
    expect(scene.runs.log).not.toContain('Skip output');
    expect(scene.runs.log).toContain("images 'web@***:0' other 'fine'");
  });

  it('sets the outputs of a failed job', async () => {
    const text = outputs(`${set('web')}, { run: exit 1 }`).replace('needs: one', 'needs: one\n    if: always()');
    await run({ sha: await commit({ '.github/workflows/a.yml': text }) });
    expect(scene.runs.runs).toMatchObject([{ conclusion: 'failure' }]);
    expect(scene.runs.log).toContain("images 'web' other 'fine'");
  });

  it('drops outputs in a called workflow too', async () => {
    const called = `
on: { workflow_call: { outputs: { images: { value: "\${{ jobs.one.outputs.images }}" } } } }
jobs: { one: { runs-on: ubuntu-latest, outputs: { images: "\${{ steps.a.outputs.images }}" }, steps: [${set('localhost/job-token/web')}] } }
`;
    const caller = `
on: push
jobs:
  call: { uses: docs/shop/.github/workflows/called.yml@v1, secrets: inherit }
  two: { needs: call, runs-on: ubuntu-latest, steps: [{ run: "echo images '\${{ needs.call.outputs.images }}'" }] }
`;
    const files = { '.github/workflows/a.yml': caller, '.github/workflows/called.yml': called };
    await run({ sha: await commit(files) });
    expect(scene.runs.log).toContain("Skip output 'images' since it may contain secret.");
    expect(scene.runs.log).toContain("images ''");
  });
});
