import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ActionError } from '../../../lib/errors.ts';
import { minimalEnvironment } from '../../../lib/processes/environment.ts';
import { type Exec, type ExecResult, lastLines } from '../../../lib/processes/exec.ts';
import type { Environment } from '../../../lib/runner/inputs.ts';
import type { KubeVersion } from '../cases/kube-version.ts';
import { dataAt } from '../data.ts';
import type { CaseId } from '../findings/findings.ts';
import type { ScannerName } from '../inputs/inputs.ts';
import type { Location } from '../locate/locate.ts';
import { isHelmTest, type Resource } from '../manifests/resource.ts';
import type { Problem, RuleInfo } from '../rules/rule.ts';
import type { SchemaStore } from '../validation/store.ts';

/** What is scanned together: one chart with one stack of values, or the manifests. */
export interface ScanGroup {
  id: CaseId;
  kube: KubeVersion;
  /** Where a resource without a namespace of its own goes. */
  namespace: string;
  resources: readonly Resource[];
  locate(problem: Problem): Location;
}

/** One thing that an engine found. */
export interface ScannerFinding {
  group: ScanGroup;
  resource: Resource;
  path: Problem['path'];
  rule: RuleInfo;
  message: string;
}

/** A resource in a separate file, so that what a scanner reports for the file is a finding for the resource. */
export interface ScanFile {
  path: string;
  group: ScanGroup;
  resource: Resource;
}

export interface ScanContext {
  /** Holds the files of all groups, and nothing else. */
  directory: string;
  /** Another directory, for what an engine needs beside them. */
  scratch: string;
  files: readonly ScanFile[];
  schemas: SchemaStore;
  run(args: readonly string[]): Promise<ExecResult>;
}

export interface Scanner {
  name: ScannerName;
  scan(context: ScanContext): Promise<ScannerFinding[]>;
}

/** What one run of an engine may take. Checkov takes seconds to start, and looks at everything in one run. */
const SCANNER_LIMITS = { seconds: 600, output: 128, memory: 4096 };

/**
 * What an engine printed, as JSON.
 * @throws {ActionError} with its words on standard error when it printed something else, or took too much. What it printed is never shown: it quotes
 * the resources, Secrets among them.
 */
export function parseOutput(scanner: ScannerName, { stdout, stderr, exitCode, exceeded }: ExecResult): unknown {
  if (exceeded !== undefined)
    throw new ActionError({
      what: `${scanner} was ended`,
      why: `it took ${exceeded}`,
      next: `Check fewer charts in one step, or take ${scanner} out of the input scanners.`,
    });
  try {
    return JSON.parse(stdout);
  } catch {
    throw new ActionError({
      what: `${scanner} failed`,
      why: lastLines(stderr, 5) || `it printed no JSON and ended with code ${exitCode}`,
      next: `Run ${scanner} by itself in a step before this one to see what it needs, or take it out of the input scanners.`,
    });
  }
}

const CLOSED_PROXY = 'http://127.0.0.1:9';

/** What one scanner found, or why it failed. */
export interface ScannerResult {
  scanner: ScannerName;
  found: ScannerFinding[];
  error?: ActionError;
}

/** Write the resources to files and run each scanner on them, without a cluster and without the network. One that fails does not stop the others. */
export async function scanAll(
  scanners: readonly Scanner[],
  groups: readonly ScanGroup[],
  tools: { exec: Exec; schemas: SchemaStore; env: Environment },
): Promise<ScannerResult[]> {
  const [directory, scratch] = await Promise.all(
    ['scan-', 'scratch-'].map((prefix) => mkdtemp(join(tools.env.RUNNER_TEMP || tmpdir(), prefix))),
  );
  if (directory === undefined || scratch === undefined) return [];
  try {
    const files = await writeFiles(groups, directory);
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
        const found = await scanner.scan({ directory, scratch, files, schemas: tools.schemas, run });
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

async function writeFiles(groups: readonly ScanGroup[], directory: string): Promise<ScanFile[]> {
  const { stringify } = await import('yaml');
  const files = groups.flatMap((group, index) =>
    // Pods of `helm test` run once, by hand; https://github.com/zegl/kube-score/issues/548
    group.resources
      .filter((resource) => !isHelmTest(resource))
      .map((resource, position) => ({ path: join(directory, `${index}-${position}.yaml`), group, resource })),
  );
  await Promise.all(
    files.map(({ path, group, resource }) =>
      writeFile(path, stringify(withNamespace(resource, group), { version: '1.1' })),
    ),
  );
  return files;
}

/** The object in the release's namespace: an engine would take one without for the default namespace, and complain. */
function withNamespace({ object, namespace }: Resource, group: ScanGroup): object {
  return namespace === undefined
    ? { ...object, metadata: { ...dataAt(object, 'metadata'), namespace: group.namespace } }
    : object;
}
