import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ActionError } from '../../../lib/errors.ts';
import { minimalEnvironment } from '../../../lib/processes/environment.ts';
import { type Exec, type ExecResult, lastLines } from '../../../lib/processes/exec.ts';
import type { Environment } from '../../../lib/runner/inputs.ts';
import type { KubeVersion } from '../cases/kube-version.ts';
import { dataAt } from '../data.ts';
import type { CaseId } from '../findings/findings.ts';
import type { Files } from '../inputs/files.ts';
import type { ScannerName } from '../inputs/inputs.ts';
import type { Location } from '../locate/location.ts';
import { isHelmTest, type Resource } from '../manifests/resource.ts';
import type { Problem, RuleInfo } from '../rules/rule.ts';
import type { SchemaStore } from '../validation/store.ts';

/** The resources that are scanned together: those of one chart with one set of values files, or the plain manifests. */
export interface ScanGroup {
  id: CaseId;
  kube: KubeVersion;
  /** The namespace of resources that do not set one. */
  namespace: string;
  resources: readonly Resource[];
  locate(problem: Problem): Location;
}

/** One result of a scanner. */
export interface ScannerFinding {
  group: ScanGroup;
  resource: Resource;
  path: Problem['path'];
  rule: RuleInfo;
  message: string;
}

/** A resource in a separate file, so that a result for the file is a finding for the resource. Each group has its own directory. */
export interface ScanFile {
  path: string;
  group: ScanGroup;
  resource: Resource;
}

export interface ScanContext {
  /** Contains the directories of all groups, and nothing else. */
  directory: string;
  /** A separate directory for other files that a scanner needs. */
  scratch: string;
  files: readonly ScanFile[];
  schemas: SchemaStore;
  run(args: readonly string[]): Promise<ExecResult>;
  /**
   * A copy of the first of these files that is in the root of the repository. A scanner runs elsewhere, and must not follow a link that
   * leads out of the repository.
   */
  readConfig(names: readonly string[]): Promise<string | undefined>;
}

export interface Scanner {
  name: ScannerName;
  scan(context: ScanContext): Promise<ScannerFinding[]>;
}

/** Limits of one run of a scanner. Checkov takes seconds to start, and checks everything in one run. */
const SCANNER_LIMITS = { seconds: 600, output: 128, memory: 4096 };

/**
 * The output of a scanner, parsed as JSON.
 * @throws {ActionError} with the end of standard error when the output is not JSON or a limit was exceeded. The output itself is never
 * shown, because it quotes the resources, also Secrets.
 */
export function parseOutput(scanner: ScannerName, { stdout, stderr, exitCode, exceeded }: ExecResult): unknown {
  if (exceeded !== undefined)
    throw new ActionError({
      what: `${scanner} was stopped`,
      why: `it took ${exceeded}`,
      next: `Check fewer charts in one step, or remove ${scanner} from the input scanners.`,
    });
  try {
    return JSON.parse(stdout);
  } catch {
    throw new ActionError({
      what: `${scanner} failed`,
      why: lastLines(stderr, 5) || `it printed no JSON and exited with code ${exitCode}`,
      next: `Run ${scanner} separately in a step before this one to see what it needs, or remove it from the input scanners.`,
    });
  }
}

const CLOSED_PROXY = 'http://127.0.0.1:9';

/** The results of one scanner, or why it failed. */
export interface ScannerResult {
  scanner: ScannerName;
  found: ScannerFinding[];
  error?: ActionError;
}

/** Write the resources to files and run each scanner on them, without a cluster or the network. A scanner that fails does not stop the others. */
export async function scanAll(
  scanners: readonly Scanner[],
  groups: readonly ScanGroup[],
  tools: { exec: Exec; schemas: SchemaStore; files: Files; env: Environment },
): Promise<ScannerResult[]> {
  const [directory, scratch] = await Promise.all(
    ['scan-', 'scratch-'].map((prefix) => mkdtemp(join(tools.env.RUNNER_TEMP || tmpdir(), prefix))),
  );
  if (directory === undefined || scratch === undefined) return [];
  try {
    const files = await writeFiles(groups, directory);
    const readConfig = (names: readonly string[]) => copyConfig(tools.files, names, scratch);
    await writeFile(join(scratch, 'kubeconfig'), '');
    const env = minimalEnvironment(tools.env, ['HOME', 'USERPROFILE'], {
      KUBECONFIG: join(scratch, 'kubeconfig'),
      HTTP_PROXY: CLOSED_PROXY,
      HTTPS_PROXY: CLOSED_PROXY,
    });
    const scan = async (scanner: Scanner): Promise<ScannerResult> => {
      const run = (args: readonly string[]) =>
        tools.exec.run(scanner.name, args, { cwd: directory, env, limits: SCANNER_LIMITS });
      try {
        const found = await scanner.scan({ directory, scratch, files, schemas: tools.schemas, run, readConfig });
        return { scanner: scanner.name, found };
      } catch (error) {
        if (!(error instanceof ActionError)) throw error;
        return { scanner: scanner.name, found: [], error };
      }
    };
    return await Promise.all(scanners.map(scan));
  } finally {
    await Promise.all([directory, scratch].map((path) => rm(path, { recursive: true, force: true })));
  }
}

async function copyConfig(files: Files, names: readonly string[], scratch: string): Promise<string | undefined> {
  for (const name of names) {
    const text = await files.read(name, 'scanners');
    if (text === undefined) continue;
    // Each scanner has its own names.
    const copy = join(scratch, `config-${name.replace(/^\./, '')}`);
    await writeFile(copy, text);
    return copy;
  }
  return undefined;
}

async function writeFiles(groups: readonly ScanGroup[], directory: string): Promise<ScanFile[]> {
  const { stringify } = await import('yaml');
  const files = groups.flatMap((group, index) =>
    // Pods of `helm test` run once, on request; https://github.com/zegl/kube-score/issues/548
    group.resources
      .filter((resource) => !isHelmTest(resource))
      .map((resource, position) => ({
        path: join(directory, String(index), `${index}-${position}.yaml`),
        group,
        resource,
      })),
  );
  await Promise.all(groups.map((_, index) => mkdir(join(directory, String(index)))));
  await Promise.all(
    files.map(({ path, group, resource }) =>
      writeFile(path, stringify(withNamespace(resource, group), { version: '1.1' })),
    ),
  );
  return files;
}

/** The object in the namespace of the release: without one, scanners assume the default namespace and report that. */
function withNamespace({ object, namespace }: Resource, group: ScanGroup): object {
  return namespace === undefined
    ? { ...object, metadata: { ...dataAt(object, 'metadata'), namespace: group.namespace } }
    : object;
}
