import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type ChildEnvironment, closedEnvironment } from '../../../lib/child-environment.ts';
import { ActionError } from '../../../lib/errors.ts';
import type { Exec, ExecResult } from '../../../lib/exec.ts';
import type { Environment } from '../../../lib/inputs.ts';
import { copyChart } from './chart-copy.ts';

/** What a chart is rendered with. */
export interface RenderRequest {
  /** The chart's folder, absolute. */
  folder: string;
  /** Absolute, lowest first. */
  valuesFiles: readonly string[];
  /** `1.34.0` */
  kubeVersion: string;
  releaseName: string;
  namespace: string;
  /** API versions beside Kubernetes' own that `.Capabilities.APIVersions` has. */
  apiVersions: readonly string[];
}

/** Helm, as far as checking charts needs it. */
export interface Helm {
  /** `v4.3.1` */
  version(): Promise<string>;
  /** @param broken print what was rendered also when it is no YAML */
  render(request: RenderRequest, broken?: boolean): Promise<ExecResult>;
  lint(request: RenderRequest): Promise<ExecResult>;
  /** Write a values file for the time of the run; returns its absolute path. */
  writeValues(name: string, text: string): Promise<string>;
  /** Copy a chart for the time of the run. */
  copyChart(folder: string): Promise<ChartCopy>;
  /** Take away the temporary folder. */
  close(): Promise<void>;
}

export interface ChartCopy {
  /** Absolute. */
  folder: string;
  /** Make a file of the copy empty; false when there is no such file. */
  empty(file: string): Promise<boolean>;
}

export const HELM_HINT =
  'Install Helm in a step before this one (azure/setup-helm does), or name it in the input helm.';

/**
 * Helm reads its flag as a list with commas, as CSV: a comma in a path would make two of it, and the second could lead anywhere.
 * Source: `stringSlice` of https://github.com/spf13/pflag
 */
const listItem = (path: string): string => (/[,"\r\n]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path);

/** What one run of Helm may take. Large charts take seconds, a megabyte of output and 200 MiB. */
const HELM_LIMITS = { seconds: 120, output: 32, memory: 4096 };

/** A run that was ended is one that failed: what was rendered is not whole. */
const withLimit = (result: ExecResult): ExecResult =>
  result.exceeded === undefined
    ? result
    : {
        ...result,
        stdout: '',
        stderr: `Error: Helm took ${result.exceeded} and was ended. Look for a template that repeats something without end, or render less in one chart`,
      };

/** A port where nothing listens: a chart whose values schema refers to a web address fails at once instead of reaching out. */
const NOWHERE = 'http://127.0.0.1:9';

/** Of the step's environment, Helm gets what a program needs to run, and nothing that could point it to a cluster, a plug-in or a repository. */
function helmEnvironment(env: Environment, folder: string): ChildEnvironment {
  return closedEnvironment(env, [], {
    HOME: folder,
    USERPROFILE: folder,
    KUBECONFIG: join(folder, 'kubeconfig'),
    HELM_CACHE_HOME: join(folder, 'cache'),
    HELM_CONFIG_HOME: join(folder, 'config'),
    HELM_DATA_HOME: join(folder, 'data'),
    HELM_PLUGINS: join(folder, 'plugins'),
    HTTP_PROXY: NOWHERE,
    HTTPS_PROXY: NOWHERE,
  });
}

/**
 * Helm as a program on this machine, cut off from clusters and the network.
 * @param program a name on the PATH, or a path
 */
export async function openHelm(exec: Exec, program: string, env: Environment): Promise<Helm> {
  const folder = await mkdtemp(join(env.RUNNER_TEMP || tmpdir(), 'helm-lint-scan-'));
  await Promise.all([mkdir(join(folder, 'values')), writeFile(join(folder, 'kubeconfig'), '')]);
  const closed = helmEnvironment(env, folder);
  const run = async (args: readonly string[]): Promise<ExecResult> =>
    withLimit(await exec.run(program, args, { env: closed, limits: HELM_LIMITS }));
  const common = ({ valuesFiles, kubeVersion, namespace }: RenderRequest): string[] => [
    ...valuesFiles.flatMap((file) => ['--values', listItem(file)]),
    '--kube-version',
    kubeVersion,
    '--namespace',
    namespace,
  ];
  return {
    async version() {
      const { exitCode, stdout, stderr } = await run(['version', '--template', '{{.Version}}']);
      // A program that does nothing with success would find nothing wrong with any chart.
      if (exitCode === 0 && /^v\d/.test(stdout.trim())) return stdout.trim();
      throw new ActionError({
        what: `${program} does not say its version`,
        why: (stderr || stdout).trim() || `exit code ${exitCode}`,
        next: HELM_HINT,
      });
    },
    render: (request, broken = false) =>
      run([
        'template',
        request.releaseName,
        request.folder,
        ...common(request),
        ...request.apiVersions.flatMap((version) => ['--api-versions', version]),
        ...(broken ? ['--debug'] : []),
      ]),
    lint: (request) => run(['lint', request.folder, ...common(request)]),
    async writeValues(name, text) {
      const path = join(folder, 'values', `${name}.yaml`);
      await writeFile(path, text);
      return path;
    },
    copyChart: async (chart) => copyChart(chart, join(await mkdtemp(join(folder, 'chart-')), basename(chart)), folder),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
