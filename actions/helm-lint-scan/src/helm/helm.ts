import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ActionError, ToolMissingError } from '../../../lib/errors.ts';
import { type ChildEnvironment, minimalEnvironment } from '../../../lib/processes/environment.ts';
import type { Exec, ExecOptions, ExecResult } from '../../../lib/processes/exec.ts';
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
  /** API versions that `.Capabilities.APIVersions` has in addition to those of Kubernetes. */
  apiVersions: readonly string[];
  /** Whether to skip the values schemas, also those of dependencies, because they refer to something outside themselves. */
  skipSchemas: boolean;
}

/** The part of Helm that is needed to check charts. */
export interface Helm {
  /** Start Helm for the first time; resolves when it runs or cannot be started. */
  start(): Promise<void>;
  /** `v4.3.1`. Must be called before the others; Helm is started only the first time. */
  version(): Promise<string>;
  /** @param broken print the rendered manifests even when they are not valid YAML */
  render(request: RenderRequest, broken?: boolean): Promise<ExecResult>;
  lint(request: RenderRequest): Promise<ExecResult>;
  /** Write a temporary values file. Returns its absolute path. */
  writeValues(name: string, text: string): Promise<string>;
  /** Make a temporary copy of a chart. */
  copyChart(directory: string): Promise<ChartCopy>;
  /** Delete the temporary directory. */
  close(): Promise<void>;
}

export const HELM_HINT =
  'Install Helm in a step before this one, for example with azure/setup-helm, or name it in the input helm.';

/**
 * Helm parses its flag as a line of CSV: a comma in a path would split it into two, and the second could lead anywhere.
 * Source: `stringSlice` of https://github.com/spf13/pflag
 */
const toCsvField = (path: string): string => (/[,"\r\n]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path);

/** Limits of one run of Helm. Large charts take seconds, a megabyte of output and 200 MiB of memory. */
const HELM_LIMITS = { seconds: 120, output: 32, memory: 4096 };

const LIMIT_ADVICE = 'Look for a template that repeats something too often, or render less in one chart';

/** A run that exceeded a limit has failed: its output is incomplete. */
function explainLimit(result: ExecResult): ExecResult {
  const { exceeded, stderr } = result;
  if (exceeded !== undefined)
    return { ...result, stdout: '', stderr: `Error: Helm took ${exceeded} and was stopped. ${LIMIT_ADVICE}` };
  // Go exits with a dump of all goroutines: https://go.dev/src/runtime/malloc.go
  return /^fatal error: runtime: (?:out of memory|cannot allocate memory)/m.test(stderr)
    ? { ...result, stdout: '', stderr: `Error: Helm ran out of memory. ${LIMIT_ADVICE}` }
    : result;
}

/**
 * A port where nothing listens, so that downloads fail at once. Go uses no proxy for addresses of the machine itself (`useProxy` of
 * https://pkg.go.dev/golang.org/x/net/http/httpproxy), so this alone does not block them.
 */
const CLOSED_PROXY = 'http://127.0.0.1:9';

/**
 * The command that starts Helm in a separate network namespace, in which nothing can be reached, not even this machine. Root may
 * create one; other users first become root of a user namespace, which some systems refuse (Ubuntu 24.04 does by default). Root must
 * not use a user namespace, because it would lose access to files of other users. Measured: `helm version` takes 233 ms with it and
 * 245 ms without.
 * Source: https://man7.org/linux/man-pages/man7/network_namespaces.7.html
 */
const isolationCommand = (): readonly string[] | undefined => {
  if (process.platform !== 'linux') return undefined;
  return ['unshare', process.getuid?.() === 0 ? '-n' : '-rn', '--'];
};

/** Helm gets only the variables that a program needs to run, and none that could point it to a cluster, a plug-in or a repository. */
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

const ignore = (): void => undefined;

/** A program that does nothing and succeeds, such as `true`, would accept every chart. */
const isVersion = ({ exitCode, stdout }: ExecResult): boolean => exitCode === 0 && /^v\d/.test(stdout.trim());

/**
 * Helm as a program on this machine, cut off from clusters and the network.
 * @param program a name on the PATH, or a path
 */
export async function createHelm(exec: Exec, program: string, env: Environment): Promise<Helm> {
  const directory = await mkdtemp(join(env.RUNNER_TEMP || tmpdir(), 'helm-lint-scan-'));
  await Promise.all([mkdir(join(directory, 'values')), writeFile(join(directory, 'kubeconfig'), '')]);
  const isolatedEnv = helmEnvironment(env, directory);
  /** The command before the program; set when the version is read. */
  let launcher: readonly string[] = [];
  const run = async (args: readonly string[], options: Pick<ExecOptions, 'onStart'> = {}): Promise<ExecResult> => {
    const [tool = program, ...rest] = [...launcher, program, ...args];
    return explainLimit(await exec.run(tool, rest, { ...options, env: isolatedEnv, limits: HELM_LIMITS }));
  };
  const started = Promise.withResolvers<void>();
  const readVersion = (): Promise<ExecResult> =>
    run(['version', '--template', '{{.Version}}'], { onStart: started.resolve });
  /** Without the right to create a network namespace, or where Helm does not start in one (a snap does not), it runs in that of the machine. */
  const tryIsolation = async (): Promise<ExecResult | undefined> => {
    launcher = isolationCommand() ?? [];
    if (launcher.length === 0) return undefined;
    try {
      const result = await readVersion();
      if (isVersion(result)) return result;
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
  const findVersion = async (): Promise<string> => {
    const result = (await tryIsolation()) ?? (await readVersion());
    if (isVersion(result)) return result.stdout.trim();
    const { exitCode, stdout, stderr } = result;
    throw new ActionError({
      what: `${program} does not print its version`,
      why: (stderr || stdout).trim() || `exit code ${exitCode}`,
      next: HELM_HINT,
    });
  };
  let found: Promise<string> | undefined;
  const version = (): Promise<string> => {
    found ??= findVersion();
    return found;
  };
  return {
    start: () => Promise.race([started.promise, version().then(ignore, ignore)]),
    version,
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
