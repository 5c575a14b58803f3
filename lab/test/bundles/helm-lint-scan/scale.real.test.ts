import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { StepResult } from '../step.ts';
import { dir, path, step, useScene, workspace, write } from './scene.ts';

useScene();
beforeEach(() => write({ 'helm/a/Chart.yaml': CHART }));

const CHART = 'apiVersion: v2\nname: a\nversion: 1.0.0\nappVersion: "1.0.0"\ndescription: a\n';

const scan = (inputs: Record<string, string> = {}, env: Record<string, string> = {}): Promise<StepResult> =>
  step({ 'kube-versions': '1.34', 'report-file': 'report.json', ...inputs }, env);

interface Reported {
  rule: string;
  message: string;
  file: string;
  line: number;
}

const findings = (): Reported[] => JSON.parse(readFileSync(join(workspace, 'report.json'), 'utf8')).findings;
const getRenderFindings = (): Reported[] => findings().filter(({ rule }) => rule === 'helm-render');

const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join('');

const deployment = (name: string): string => `---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 1
  selector:
    matchLabels: { app: ${name} }
  template:
    metadata:
      labels: { app: ${name} }
    spec:
      containers:
        - name: web
          image: nginx
`;

/** Measures two steps. @returns the time of the faster one; a step that hangs fails the test */
async function measureSeconds(): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 2; run++) {
    const started = performance.now();
    await scan();
    best = Math.min(best, performance.now() - started);
  }
  return best / 1000;
}

describe('the run time grows linearly with the input', () => {
  it.each<[name: string, size: number, template: (size: number) => string]>([
    ['a long message', 500_000, (size) => `{{ fail (repeat ${size} "a") }}\n`],
    ['a message of spaces', 500_000, (size) => `{{ fail (printf "a%sb" (repeat ${size} " ")) }}\n`],
    ['many Deployments in a template', 200, (size) => times(size, (index) => deployment(`web-${index}`))],
    [
      'many Deployments from a range',
      400,
      (size) => `{{- range $index := until ${size} }}\n${deployment('web-{{ $index }}')}{{- end }}\n`,
    ],
  ])(
    '%s',
    async (_, size, template) => {
      // Anything else that the machine does only adds time, to either of the two: the smallest of three ratios counts.
      let smallest = Number.POSITIVE_INFINITY;
      for (let measurement = 0; measurement < 3 && smallest >= 3; measurement++) {
        write({ 'helm/a/templates/a.yaml': template(size) });
        const once = await measureSeconds();
        write({ 'helm/a/templates/a.yaml': template(2 * size) });
        smallest = Math.min(smallest, (await measureSeconds()) / once);
      }
      expect(smallest).toBeLessThan(3);
    },
    300_000,
  );
});

describe('Helm is stopped when it exceeds a limit, and the finding names the limit', () => {
  it('of its output', async () => {
    write({ 'helm/a/templates/a.yaml': '{{ range until 100000000 }}xxxxxxxxxx{{ end }}\n' });
    const { exitCode } = await scan();
    expect(exitCode).toBe(1);
    expect(getRenderFindings()).toHaveLength(1);
    expect(getRenderFindings()[0]?.message).toMatch(
      /^Helm took more than \d+ (?:MiB of (?:output|memory)|seconds) and was stopped/,
    );
  }, 200_000);

  it.each([
    ['3000000000', /^Helm took more than \d+ MiB of memory and was stopped/],
    ['100000000000', /^Helm ran out of memory/],
  ])(
    'of its memory: %s letters',
    async (letters, message) => {
      write({ 'helm/a/templates/a.yaml': `{{ repeat ${letters} "aaaa" }}\n` });
      const { exitCode } = await scan();
      expect(exitCode).toBe(1);
      expect(getRenderFindings()).toMatchObject([{ message: expect.stringMatching(message) }]);
    },
    60_000,
  );

  it('of the output of another program with its name', async () => {
    createFakeHelm('template) yes $1-$1-$1-$1-$1;;');
    const { exitCode } = await scan({}, { PATH: `${dir}:${path}` });
    expect(exitCode).toBe(1);
    expect(getRenderFindings()[0]?.message).toMatch('Helm took more than 32 MiB of output and was stopped');
  }, 60_000);
});

/** Creates a program called helm that runs the cases of a shell script. */
function createFakeHelm(cases: string): void {
  const script = `#!/bin/sh\necho $$ >>${dir}/pids\ncase $1 in version) echo v4.3.1; exit;; ${cases} esac\nexit 0\n`;
  writeFileSync(join(dir, 'helm'), script);
  chmodSync(join(dir, 'helm'), 0o755);
}

describe('a step that is cancelled', () => {
  it.each<[NodeJS.Signals, number]>([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ])(
    'by %s leaves no Helm and no directory behind',
    async (signal, code) => {
      createFakeHelm('template) exec sleep 300;;');
      const temp = join(dir, 'temp');
      mkdirSync(temp);
      const bundle = join(import.meta.dirname, '..', '..', '..', '..', 'actions', 'helm-lint-scan', 'dist', 'index.js');
      const child = spawn(process.execPath, [bundle], {
        env: { PATH: `${dir}:${path}`, GITHUB_WORKSPACE: workspace, RUNNER_TEMP: temp, 'INPUT_KUBE-VERSIONS': '1.34' },
      });
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
      await expectSoon(() => findRunning().length > 0 && readdirSync(temp).length > 0);
      child.kill(signal);
      expect(await ended).toBe(code);
      expect(findRunning()).toEqual([]);
      expect(readdirSync(temp)).toEqual([]);
    },
    60_000,
  );

  /** The process ids of the running renderings, which are `sleep`. */
  function findRunning(): string[] {
    const pids = existsSync(join(dir, 'pids')) ? readFileSync(join(dir, 'pids'), 'utf8').trim().split('\n') : [];
    return pids.filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('sleep\0');
      } catch {
        return false;
      }
    });
  }

  async function expectSoon(holds: () => boolean): Promise<void> {
    for (let attempt = 0; attempt < 200 && !holds(); attempt++) await wait(100);
    expect(holds()).toBe(true);
  }
});

describe('errors are located', () => {
  const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n';

  it('a Kubernetes version that the chart does not support is one finding, on its line of Chart.yaml', async () => {
    write({ 'helm/a/Chart.yaml': `${CHART}kubeVersion: ">=1.40"\n`, 'helm/a/templates/a.yaml': CONFIG });
    await scan({ 'kube-versions': '1.34\n1.33' });
    expect(getRenderFindings()).toMatchObject([{ file: 'helm/a/Chart.yaml', line: 6 }]);
  }, 60_000);

  it('a chart that supports only old versions is rendered for one of them', async () => {
    write({ 'helm/a/Chart.yaml': `${CHART}kubeVersion: "<1.25"\n`, 'helm/a/templates/a.yaml': CONFIG });
    const { exitCode, log } = await scan({ 'kube-versions': '' });
    expect(log).toContain('Kubernetes 1.24: 1 resource');
    expect(exitCode).toBe(0);
  }, 60_000);

  it('a missing dependency is a finding on its line', async () => {
    const list = times(2, (index) => `- name: d${index}\n  version: 1.0.0\n  repository: https://a.b\n`);
    write({ 'helm/a/Chart.yaml': `${CHART}dependencies:\n${list}`, 'helm/a/templates/a.yaml': CONFIG });
    await scan();
    expect(getRenderFindings()).toMatchObject([
      { file: 'helm/a/Chart.yaml', line: 7, message: expect.stringContaining('d0 is not in charts/') },
      { file: 'helm/a/Chart.yaml', line: 10, message: expect.stringContaining('d1 is not in charts/') },
    ]);
  }, 60_000);

  it('a name that Helm cannot open is a problem of the values file', async () => {
    write({ 'helm/a/templates/a.yaml': CONFIG, 'helm/a/ci/z%zz.yaml': 'a: 1\n' });
    await scan();
    expect(getRenderFindings()).toMatchObject([
      { file: 'helm/a/ci/z%zz.yaml', message: expect.stringContaining('the values file "helm/a/ci/z%zz.yaml"') },
    ]);
  }, 60_000);
});
