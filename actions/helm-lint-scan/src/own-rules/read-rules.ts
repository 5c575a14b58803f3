import { ActionError } from '../../../lib/errors.ts';
import { type Cel, loadCel } from '../cel/index.ts';
import { isData, stringAt } from '../data.ts';
import type { ManifestFile } from '../manifests/files.ts';
import { readYaml } from '../manifests/yaml.ts';
import { readEntries } from './entries.ts';
import { OWN_PREFIX, type OwnRule } from './own-rule.ts';
import { BINDING, type Binding, bindRule, isPolicyDocument, POLICY, readBinding, readPolicy } from './policies.ts';
import { type FileProblem, RulesDocument } from './rules-document.ts';

/** Each resource is checked with each rule. */
const MAX_RULES = 500;

const EXAMPLE = '- { id: team, title: A resource has no team, path: metadata.labels.team, check: self != null }';

/**
 * The rules of files of the repository.
 * @throws {ActionError} with every problem and its line
 */
export async function readOwnRules(files: readonly ManifestFile[]): Promise<OwnRule[]> {
  const cel = await loadCel();
  const read = await Promise.all(files.map((file) => readFile(file, cel)));
  const bindings = read.flatMap((file) => file.bindings);
  const rules = read.flatMap((file) => file.rules).map((rule) => bindRule(rule, bindings));
  const invalidParts = read.flatMap((file) => file.problems);
  const tooMany = {
    file: files[0]?.path ?? '',
    line: 1,
    message: `there are ${rules.length} rules, more than ${MAX_RULES}`,
  };
  const problems = [
    ...invalidParts,
    ...findDuplicates(rules),
    // A policy that is invalid is missing here.
    ...(invalidParts.length > 0 ? [] : findUnbound(read, rules)),
    ...(rules.length > MAX_RULES ? [tooMany] : []),
  ];
  if (problems.length > 0) throw invalid(problems);
  return rules;
}

interface FileContent {
  path: string;
  rules: OwnRule[];
  bindings: Binding[];
  problems: FileProblem[];
}

async function readFile({ path, text }: ManifestFile, cel: Cel): Promise<FileContent> {
  const content: FileContent = { path, rules: [], bindings: [], problems: [] };
  for (const parsed of readYaml(text)) {
    const document = new RulesDocument(path, parsed, cel);
    if (document.problems.length === 0 && document.value !== null) {
      if (stringAt(document.value, 'kind') === BINDING && isPolicyDocument(document.value))
        content.bindings.push(...readBinding(document));
      else if (isPolicyDocument(document.value)) content.rules.push(...readPolicy(document));
      else if (isData(document.value) && 'rules' in document.value)
        content.rules.push(...(await readEntries(document)));
      else document.report([], `the document has neither the list \`rules\` nor is it a ${POLICY}`);
    }
    content.problems.push(...document.problems);
  }
  return content;
}

function findDuplicates(rules: readonly OwnRule[]): FileProblem[] {
  const first = new Map<string, OwnRule>();
  return rules.flatMap((rule) => {
    const other = first.get(rule.id);
    if (other === undefined) first.set(rule.id, rule);
    const { id, file, line } = rule;
    return other === undefined ? [] : [{ file, line, message: `${id} is also in ${other.file}, line ${other.line}` }];
  });
}

/** A binding of a policy that is in none of the files would be without effect. */
function findUnbound(files: readonly FileContent[], rules: readonly OwnRule[]): FileProblem[] {
  const ids = new Set(rules.map(({ id }) => id));
  return files.flatMap(({ path, bindings }) =>
    bindings
      .filter(({ policy }) => !ids.has(`${OWN_PREFIX}${policy}`))
      .map(({ policy, line }) => ({ file: path, line, message: `the policy ${policy} is in none of the files` })),
  );
}

function invalid(problems: readonly FileProblem[]): ActionError {
  const [first] = problems;
  return new ActionError({
    what: 'invalid rules file',
    location: first && { file: first.file, line: first.line },
    why: problems.map(({ file, line, message }) => `${file}, line ${line}: ${message}`).join('\n'),
    next: `Write it as \`rules:\` and a list of entries like ${EXAMPLE}, or as a ${POLICY}.`,
  });
}
