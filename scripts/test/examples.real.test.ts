import { glob, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { isMap, isSeq, parseDocument } from 'yaml';
import { ensureTools, toolPath } from '../../lab/tools/index.ts';
import { pins } from '../../workflows-src/pins.ts';
import { project } from '../../workflows-src/project.ts';

const root = join(import.meta.dirname, '..', '..');

interface Example {
  page: string;
  line: number;
  yaml: string;
}

/** The YAML examples of the guides, without the indentation that shows where a part belongs. */
async function examples(): Promise<Example[]> {
  const found: Example[] = [];
  for await (const path of glob(['README.md', 'docs/**/*.md', 'actions/*/README.md'], { cwd: root })) {
    const source = await readFile(join(root, path), 'utf8');
    for (const { 1: block = '', index } of source.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)) {
      const indentation = /^ */.exec(block)?.[0] ?? '';
      const yaml = block.replaceAll(new RegExp(`^${indentation}`, 'gm'), '');
      found.push({ page: path.replaceAll('\\', '/'), line: source.slice(0, index).split('\n').length, yaml });
    }
  }
  return found;
}

const indented = (text: string, by: number): string => text.replaceAll(/^(?=.)/gm, ' '.repeat(by));

/**
 * The example as a workflow: unchanged, or inserted as a job or as steps into a workflow without findings. `undefined` for an example
 * that grants nothing and runs nothing, such as the inputs of a step or a values file.
 */
function asWorkflow({ yaml }: Example): string | undefined {
  const { contents } = parseDocument(yaml);
  if (isMap(contents) && contents.has('jobs')) return yaml;
  const job = (body: string): string =>
    [
      'name: Example',
      'on: { push: { branches: [main] } }',
      'permissions: {}',
      'concurrency: { group: example, cancel-in-progress: true }',
      'jobs:',
      '  example:',
      '    name: Example',
      '    runs-on: ubuntu-latest',
      indented(body, 4),
    ].join('\n');
  if (isSeq(contents)) return job(`permissions: {}\nsteps:\n${indented(yaml, 2)}`);
  if (!isMap(contents)) return undefined;
  if (contents.has('steps')) return job(yaml);
  if (contents.has('permissions')) return job(`${yaml}steps: [{ name: Nothing, run: 'true' }]\n`);
  return undefined;
}

interface Finding {
  ident: string;
  locations: { symbolic: { annotation: string }; concrete: { location: { start_point: { row: number } } } }[];
}

const all = await examples();
const workflows = all.flatMap((example) => {
  const workflow = asWorkflow(example);
  return workflow === undefined ? [] : [{ ...example, workflow }];
});

let dir = '';
beforeAll(async () => {
  await ensureTools(['zizmor']);
  dir = await mkdtemp(join(tmpdir(), 'examples-'));
});
afterAll(() => rm(dir, { recursive: true }));

/** What zizmor finds in a workflow, with all of its audits. */
async function audit(name: string, workflow: string): Promise<string[]> {
  const file = join(dir, name, '.github', 'workflows', 'example.yml');
  await mkdir(join(dir, name, '.github', 'workflows'), { recursive: true });
  await writeFile(file, workflow);
  const config = join(root, '.github', 'zizmor.yml');
  const args = ['--offline', '--persona', 'auditor', '--format', 'json', '--no-exit-codes', '--config', config, file];
  const { stdout } = await execa(toolPath('zizmor'), args);
  return (JSON.parse(stdout) as Finding[]).map(({ ident, locations }) => {
    const [first] = locations;
    return `${ident}: ${first?.symbolic.annotation} (line ${(first?.concrete.location.start_point.row ?? 0) + 1})`;
  });
}

/** Findings that a page accepts, and the words with which it explains them. */
const explained: Readonly<Record<string, { finding: RegExp; why: RegExp }>> = {
  'docs/adopt.md': { finding: /^secrets-inherit: /, why: /which is why zizmor reports it\s\(`secrets-inherit`\)/ },
};

const uses = workflows.flatMap(({ page, workflow }) =>
  [...workflow.matchAll(/uses: (.+)/g)].map(([, reference = '']) => ({ page, reference })),
);

describe('the examples of the guides', () => {
  it('are found, and the ones that are not audited grant nothing and run nothing', () => {
    expect(new Set(workflows.map(({ page }) => page)).size).toBe(7);
    const others = all.filter((example) => asWorkflow(example) === undefined).map(({ yaml }) => yaml);
    for (const yaml of others) expect(yaml).not.toMatch(/^\s*(?:- )?(?:uses|run|permissions|jobs|steps):/m);
  });

  it.each(workflows)(
    "have no findings in zizmor's strictest persona: $page, line $line",
    async ({ page, line, workflow }) => {
      const { finding, why } = explained[page] ?? {};
      const findings = await audit(`${page.replaceAll('/', '-')}-${line}`, workflow);
      expect(findings.filter((found) => !finding?.test(found))).toEqual([]);
      if (why) expect(await readFile(join(root, page), 'utf8')).toMatch(why);
    },
  );

  it('would have findings with one mistake', async () => {
    const workflow = workflows.find(({ page }) => page === 'README.md')?.workflow ?? '';
    const checkout = /actions\/checkout@[0-9a-f]{40} # v[\d.]+/;
    expect(await audit('tag', workflow.replace(checkout, 'actions/checkout@v7'))).toEqual([
      expect.stringMatching(/^unpinned-uses: /),
    ]);
    expect(await audit('token', workflow.replace('persist-credentials: false', 'fetch-depth: 1'))).toEqual([
      expect.stringMatching(/^artipacked: /),
    ]);
    expect(await audit('all', workflow.replace('permissions: {}', 'permissions: write-all'))).toContainEqual(
      expect.stringMatching(/^excessive-permissions: /),
    );
  });

  it('pin third-party actions as our workflows do, by commit with the tag in a comment', () => {
    const known = new Map(Object.entries(pins).map(([name, { commit, tag }]) => [name, `${name}@${commit} # ${tag}`]));
    const others = uses.filter(({ reference }) => !reference.startsWith(project.repository));
    expect(others.length).toBeGreaterThan(5);
    for (const { page, reference } of others) {
      const pinned = known.get(reference.split('@')[0] ?? '');
      expect([page, reference]).toEqual([page, pinned ?? expect.stringMatching(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)]);
    }
  });
});
