import { basename } from 'node:path';
import { listAt, stringAt } from '../data.ts';
import { findWorkloads } from '../manifests/workloads.ts';
import type { RuleInfo } from '../rules/rule.ts';
import { withoutQuotes } from '../secrets.ts';
import { parseOutput, type ScanFile, type Scanner, type ScannerFinding } from './scanner.ts';

/** Source: `defaultConfigFilenames` of https://github.com/stackrox/kube-linter/blob/main/pkg/config/config.go */
const CONFIG_FILES = ['.kube-linter.yaml', '.kube-linter.yml'];

/**
 * Checks the files of a directory together, and each group has a directory of its own: one run for all groups.
 * Source: `CreateContexts` of https://github.com/stackrox/kube-linter/blob/main/pkg/lintcontext/create_contexts.go
 */
export const kubeLinter: Scanner = {
  name: 'kube-linter',
  async scan({ run, directory, files, readConfig }) {
    const config = await readConfig(CONFIG_FILES);
    const options = config === undefined ? [] : ['--config', config];
    const result = await run(['lint', '--format', 'json', ...options, directory]);
    // Without an object that it knows, or without a check, it prints a warning and no JSON.
    if (result.exitCode === 0 && result.stdout === '') return [];
    const output = parseOutput('kube-linter', result);
    const rules = new Map(listAt(output, 'Checks').flatMap(readRule));
    const filesByName = new Map(files.map((file) => [basename(file.path), file]));
    return listAt(output, 'Reports').flatMap((report) => readReport(report, rules, filesByName));
  },
};

/** The checks of kube-linter have no levels. */
const createRule = (name: string, title: string, help: string): RuleInfo => ({
  id: `kube-linter/${name}`,
  level: 'warning',
  title,
  help,
});

function readRule(check: unknown): [string, RuleInfo][] {
  const name = stringAt(check, 'name');
  if (name === undefined) return [];
  const title = stringAt(check, 'description') || name;
  return [[name, createRule(name, title, stringAt(check, 'remediation') || title)]];
}

function readReport(
  report: unknown,
  rules: ReadonlyMap<string, RuleInfo>,
  files: ReadonlyMap<string, ScanFile>,
): ScannerFinding[] {
  const name = stringAt(report, 'Check');
  const file = files.get(basename(stringAt(report, 'Object', 'Metadata', 'FilePath') ?? ''));
  if (name === undefined || file === undefined) return [];
  const { group, resource } = file;
  const text = stringAt(report, 'Diagnostic', 'Message') ?? name;
  // The container appears only in the message: `container "web" has cpu request 0`.
  const containerName = /\bcontainer "?([\w.-]+)/.exec(text)?.[1];
  const container = findWorkloads([resource])
    .flatMap(({ containers }) => containers)
    .find((candidate) => candidate.name === containerName);
  const message = resource.kind === 'Secret' ? withoutQuotes(text) : text;
  const rule = rules.get(name) ?? createRule(name, name, stringAt(report, 'Remediation') ?? name);
  return [{ group, resource, path: container?.path ?? ['kind'], rule, message }];
}
