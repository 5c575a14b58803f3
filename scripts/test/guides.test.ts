import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { parse } from 'yaml';
import { workflowFiles, workflows } from '../../workflows-src/index.ts';
import { project } from '../../workflows-src/project.ts';
import { readActions } from '../generators/action-metadata.ts';

const root = join(import.meta.dirname, '..', '..');
const text = (path: string): Promise<string> => readFile(join(root, path), 'utf8');

async function guides(): Promise<{ path: string; source: string }[]> {
  const found: { path: string; source: string }[] = [];
  for await (const path of glob(['*.md', 'docs/**/*.md', 'actions/*/README.md', 'helm/*/README.md'], { cwd: root }))
    found.push({ path: path.replaceAll('\\', '/'), source: await text(path) });
  return found;
}

/** The anchor that GitHub gives to a heading. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const anchors = (source: string): string[] =>
  [...source.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchor(heading));

describe('the guides', () => {
  it('link to files and headings that exist', async () => {
    const broken: string[] = [];
    for (const { path, source } of await guides()) {
      for (const [, target = ''] of source.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)) {
        const [file = '', heading] = target.split('#');
        const linked = file === '' ? path : join(dirname(path), file);
        const found = existsSync(join(root, linked));
        if (!found || (heading !== undefined && !anchors(await text(linked)).includes(heading)))
          broken.push(`${path}: ${target}`);
      }
    }
    expect(broken).toEqual([]);
  });

  it('for contributors name files and directories that exist', async () => {
    const { stdout } = await execa('git', ['ls-files'], { cwd: root });
    const paths = stdout.split('\n').map((path) => `/${path}`);
    const named = [...(await text('CONTRIBUTING.md')).matchAll(/`([\w./-]+(?:\/|\.(?:ts|mjs|md|hcl|tf|yml)))`/g)]
      .map(([, name = '']) => name)
      .filter((name) => !/[A-Z]{4}(?!.*\.md)/.test(name));
    expect(named.length).toBeGreaterThan(40);
    const exists = (name: string): boolean =>
      paths.some((path) => (name.endsWith('/') ? path.includes(`/${name}`) : path.endsWith(`/${name}`)));
    expect(named.filter((name) => !exists(name))).toEqual([]);
  });

  it('name our actions by the repository that publishes them', async () => {
    const uses = (await guides()).flatMap(({ path, source }) =>
      [...source.matchAll(/uses: ([\w./-]+)\/actions\/([\w-]+)@/g)].map(([, repository]) => `${path}: ${repository}`),
    );
    expect(uses.length).toBeGreaterThan(5);
    expect(uses.filter((use) => !use.endsWith(`: ${project.repository}`))).toEqual([]);
  });

  it('name only npm scripts that exist', async () => {
    const { scripts } = JSON.parse(await text('package.json')) as { scripts: Record<string, string> };
    const unknown = (await guides()).flatMap(({ path, source }) =>
      [...source.matchAll(/npm run ([\w:-]+)/g)]
        .filter(([, name = '']) => !(name in scripts))
        .map(([command]) => `${path}: ${command}`),
    );
    expect(unknown).toEqual([]);
  });

  it('name every variable and secret that the workflows read, and no others', async () => {
    const generated = workflowFiles()
      .map(({ content }) => content)
      .join('\n');
    const read = [...generated.matchAll(/\b(?:vars|secrets)\.([A-Z_]+)/g)].map(([, name = '']) => name);
    const adopt = await text('docs/adopt.md');
    const tables = adopt.slice(adopt.indexOf('## 1.'), adopt.indexOf('## 2.')).match(/^\|.+\|$/gm) ?? [];
    const named = tables.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`([A-Z_]+)`/g)].map(([, name = '']) => name),
    );
    expect(named.sort()).toEqual([...new Set(read)].sort());
  });
});

interface Calling {
  uses?: string;
  with?: Record<string, unknown>;
  steps?: Calling[];
  permissions?: Record<string, string>;
}

/** The complete workflows among the guide's examples. */
const examples = [...(await text('docs/adopt.md')).matchAll(/^```yaml\n([\s\S]*?)^```$/gm)]
  .map(([, yaml = '']) => yaml)
  .filter((yaml) => yaml.includes('\njobs:'));

describe('the workflows in the guide', () => {
  it('are three', () => {
    expect(examples).toHaveLength(3);
  });

  it.each(examples)('are accepted by the parser of GitHub: %#', (content) => {
    const { context } = parseWorkflow({ name: 'shown.yml', content }, new NoOperationTraceWriter());
    expect(context.errors.getErrors().map(({ message }) => message)).toEqual([]);
  });

  it.each(examples)('pass only inputs that our actions and workflows have: %#', async (content) => {
    const actions = await readActions(root);
    const jobs = Object.values((parse(content) as { jobs: Record<string, Calling> }).jobs);
    const ours = jobs
      .flatMap((job) => [job, ...(job.steps ?? [])])
      .filter(({ uses }) => uses?.startsWith(project.repository));
    expect(ours.length).toBeGreaterThan(0);
    for (const { uses = '', with: inputs = {} } of ours) {
      const [, kind, name] = /(actions|workflows)\/([\w-]+)(?:\.yml)?@v1$/.exec(uses) ?? [];
      const known =
        kind === 'actions'
          ? actions.find((action) => action.name === name)?.inputs.map((input) => input.name)
          : Object.keys(workflows[name as keyof typeof workflows].on.workflow_call?.inputs ?? {});
      expect(known).toEqual(expect.arrayContaining(Object.keys(inputs)));
    }
  });

  it.each(['build', 'deploy'] as const)('grant %s.yml all permissions of its jobs', (name) => {
    const content = examples.find((yaml) => yaml.includes(`/${name}.yml@`)) ?? '';
    const [caller] = Object.values((parse(content) as { jobs: Record<string, Calling> }).jobs);
    const asked = Object.values(workflows[name].jobs).flatMap(({ permissions }) => Object.entries(permissions));
    for (const [scope, level] of asked) expect([level, 'write']).toContain(caller?.permissions?.[scope]);
  });
});
