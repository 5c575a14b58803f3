import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ActionError, ToolMissingError } from '../../../lib/errors.ts';
import { type ChildEnvironment, minimalEnvironment } from '../../../lib/processes/environment.ts';
import type { Exec, ExecResult } from '../../../lib/processes/exec.ts';
import type { Environment } from '../../../lib/runner/inputs.ts';
import { type ChartCopy, copyChart } from './chart-copy.ts';

/** What a chart is rendered with. */
export interface RenderRequest {
  /** The chart's directory, absolute. */
  directory: string;
  /** Absolute, lowest first. */
  valuesFiles: readonly string[];
  /** `1.34.0` */
  kubeVersion: string;
  releaseName: string;
  namespace: string;
  /** API versions beside Kubernetes' own that `.Capabilities.APIVersions` has. */
  apiVersions: readonly string[];
  /** Whether the values schemas are left aside, the dependencies' too: they refer to something outside themselves. */
  skipSchemas: boolean;
}

/** Helm, as far as checking charts needs it. */
export interface Helm {
  /** `v4.3.1` */
  version(): Promise<string>;
  /** @param broken print the rendered manifests also when they are not YAML */
  render(request: RenderRequest, broken?: boolean): Promise<ExecResult>;
  lint(request: RenderRequest): Promise<ExecResult>;
  /** Write a values file for the time of the run; returns its absolute path. */
  writeValues(name: string, text: string): Promise<string>;
  /** Copy a chart for the time of the run. */
  copyChart(directory: string): Promise<ChartCopy>;
  /** Take away the temporary directory. */
  close(): Promise<void>;
}

export const HELM_HINT =
  'Install Helm in a step before this one (azure/setup-helm does), or name it in the input helm.';

/**
 * Helm reads its flag as a list with commas, as CSV: a comma in a path would make two of it, and the second could lead anywhere.
 * Source: `stringSlice` of https://github.com/spf13/pflag
 */
const toCsvField = (path: string): string => (/[,"\r\n]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path);

/** What one run of Helm may take. Large charts take seconds, a megabyte of output and 200 MiB. */
const HELM_LIMITS = { seconds: 120, output: 32, memory: 4096 };

const LIMIT_ADVICE = 'Look for a template that repeats something without end, or render less in one chart';

/** A run that was ended is one that failed: what was rendered is not whole. */
function explainLimit(result: ExecResult): ExecResult {
  const { exceeded, stderr } = result;
  if (exceeded !== undefined)
    return { ...result, stdout: '', stderr: `Error: Helm took ${exceeded} and was ended. ${LIMIT_ADVICE}` };
  // Go ends with the state of all that ran: https://go.dev/src/runtime/malloc.go
  return /^fatal error: runtime: (?:out of memory|cannot allocate memory)/m.test(stderr)
    ? { ...result, stdout: '', stderr: `Error: Helm asked for more memory than there is. ${LIMIT_ADVICE}` }
    : result;
}

/**
 * A port where nothing listens: what Helm would fetch fails at once instead of reaching out. Go takes no proxy for addresses of the
 * machine itself (`useProxy` of https://pkg.go.dev/golang.org/x/net/http/httpproxy), so this alone does not keep it from them.
 */
const CLOSED_PROXY = 'http://127.0.0.1:9';

/**
 * How Helm is started in a network of its own, in which nothing can be reached, not even this machine. Root may make one; others
 * first become root of a namespace of users, which some systems refuse (Ubuntu 24.04 does so by default). Root does not take that way:
 * it would lose its right to files of other users. Measured: 233 ms with and 245 ms without it for `helm version`.
 * Source: https://man7.org/linux/man-pages/man7/network_namespaces.7.html
 */
const isolationCommand = (): readonly string[] | undefined => {
  if (process.platform !== 'linux') return undefined;
  return ['unshare', process.getuid?.() === 0 ? '-n' : '-rn', '--'];
};

/** Of the step's environment, Helm gets what a program needs to run, and nothing that could point it to a cluster, a plug-in or a repository. */
function helmEnvironment(env: Environment, directory: string): ChildEnvironment {
  return minimalEnvironment(env, [], {
    HOME: directory,
    USERPROFILE: directory,
    KUBECONFIG: join(directory, 'kubeconfig'),
    HELM_CACHE_HOME: join(directory, 'cache'),
    HELM_CONFIG_HOME: join(directory, 'config'),
    HELM_DATA_HOME: join(directory, 'data'),
    HELM_PLUGINS: join(directory, 'plugins'),
    HTTP_PROXY: CLOSED_PROXY,
    HTTPS_PROXY: CLOSED_PROXY,
  });
}

/** A program that does nothing with success would find nothing wrong with any chart. */
const isVersion = ({ exitCode, stdout }: ExecResult): boolean => exitCode === 0 && /^v\d/.test(stdout.trim());

/**
 * Helm as a program on this machine, cut off from clusters and the network.
 * @param program a name on the PATH, or a path
 */
export async function createHelm(exec: Exec, program: string, env: Environment): Promise<Helm> {
  const directory = await mkdtemp(join(env.RUNNER_TEMP || tmpdir(), 'helm-lint-scan-'));
  await Promise.all([mkdir(join(directory, 'values')), writeFile(join(directory, 'kubeconfig'), '')]);
  const isolatedEnv = helmEnvironment(env, directory);
  /** What stands before the program; known when it has told its version. */
  let launcher: readonly string[] = [];
  const run = async (args: readonly string[]): Promise<ExecResult> => {
    const [tool = program, ...rest] = [...launcher, program, ...args];
    return explainLimit(await exec.run(tool, rest, { env: isolatedEnv, limits: HELM_LIMITS }));
  };
  const readVersion = (): Promise<ExecResult> => run(['version', '--template', '{{.Version}}']);
  /** Without rights to make a network, or where Helm does not start in one (a snap does not), it runs in that of the machine. */
  const tryIsolation = async (): Promise<ExecResult | undefined> => {
    launcher = isolationCommand() ?? [];
    if (launcher.length === 0) return undefined;
    try {
      const answer = await readVersion();
      if (isVersion(answer)) return answer;
    } catch (error) {
      if (!(error instanceof ToolMissingError)) throw error;
    }
    launcher = [];
    return undefined;
  };
  const commonFlags = ({ valuesFiles, kubeVersion, namespace, skipSchemas }: RenderRequest): string[] => [
    ...valuesFiles.flatMap((file) => ['--values', toCsvField(file)]),
    '--kube-version',
    kubeVersion,
    '--namespace',
    namespace,
    ...(skipSchemas ? ['--skip-schema-validation'] : []),
  ];
  return {
    async version() {
      const answer = (await tryIsolation()) ?? (await readVersion());
      if (isVersion(answer)) return answer.stdout.trim();
      const { exitCode, stdout, stderr } = answer;
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
        request.directory,
        ...commonFlags(request),
        ...request.apiVersions.flatMap((version) => ['--api-versions', version]),
        ...(broken ? ['--debug'] : []),
      ]),
    lint: (request) => run(['lint', request.directory, ...commonFlags(request)]),
    async writeValues(name, text) {
      const path = join(directory, 'values', `${name}.yaml`);
      await writeFile(path, text);
      return path;
    },
    copyChart: async (chart) =>
      copyChart(chart, join(await mkdtemp(join(directory, 'chart-')), basename(chart)), directory),
    close: () => rm(directory, { recursive: true, force: true }),
  };
}
