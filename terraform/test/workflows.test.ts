/** The workflows and the root github must agree: one sets what the other reads. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { workflowFiles } from '../../workflows-src/index.ts';
import { bodies, readConfiguration, readHcl } from '../scripts/hcl.ts';
import { project } from './workspace.ts';

interface Job {
  name: string;
  environment?: string;
  permissions: Record<string, string>;
  steps: { uses?: string; run?: string; env?: Record<string, string> }[];
}

const workflows = workflowFiles().map(({ path, content }) => ({
  path,
  text: content,
  ...(parse(content) as {
    on: Record<string, { branches?: string[]; tags?: string[] } | null>;
    jobs: Record<string, Job>;
  }),
}));
const workflow = (name: string) => {
  const found = workflows.find(({ path }) => path.endsWith(`/${name}.yml`));
  if (found === undefined) throw new Error(`no workflow ${name}`);
  return found;
};
const terraform = join(project, 'terraform');
const github = await readConfiguration(join(terraform, 'github'));
const platform = await readConfiguration(join(terraform, 'platform'));
const locals = Object.assign({}, ...(github.locals ?? [])) as Record<string, unknown>;

/** Names that the workflows read from a context: `vars.NAME`, `secrets.NAME`. */
function used(context: 'vars' | 'secrets'): string[] {
  const names = workflows.flatMap(({ text }) =>
    [...text.matchAll(new RegExp(`\\b${context}\\.(\\w+)`, 'g'))].map(([, name = '']) => name),
  );
  return [...new Set(names)].sort();
}

/** Names of the variables that the root sets: the keys of the `for_each` map, and those of each environment. */
const set = [
  ...[...String(locals.variables).matchAll(/^\s+([A-Z_]+)\s+=/gm)].map(([, name = '']) => name),
  ...Object.values(bodies(github.resource?.github_actions_environment_variable)).map(({ variable_name }) =>
    String(variable_name),
  ),
].sort();

describe('the variables of the workflows', () => {
  it('are exactly those that the root github sets', () => {
    expect(set).toEqual(used('vars'));
  });

  it('are the platform’s outputs if they belong to Azure', () => {
    const output = Object.keys(bodies(platform.output)).includes('github')
      ? JSON.stringify(platform.output?.github)
      : '';
    const type = String(bodies(github.variable).platform?.type);
    const fields = [...type.matchAll(/^\s+(\w+)\s+=/gm)].map(([, name = '']) => name);
    expect(fields).toEqual([
      'tenant_id',
      'subscription_id',
      'staging_registry',
      'production_registry',
      'client_ids',
      'environments',
    ]);
    for (const field of fields) expect(output).toMatch(new RegExp(`\\b${field}\\s+=`));
  });
});

describe('the secrets of the workflows', () => {
  it('are exactly those that the root github lists, and Terraform sets none', () => {
    // A registry's user is a variable there; the workflows also read a secret, if it is not part of any name.
    const variables = used('vars');
    const secrets = used('secrets').filter((name) => !variables.includes(name));
    expect(Object.keys(locals.secrets as Record<string, unknown>).sort()).toEqual(secrets);
    expect(Object.keys(github.resource ?? {}).filter((type) => type.includes('secret'))).toEqual([]);
  });

  it('belong to environments whose jobs use them', () => {
    const environments = locals.secrets as Record<string, string[]>;
    const environmentOf = { build: 'staging', deploy: 'production' } as const;
    for (const [name, where] of Object.entries(environments))
      for (const [file, environment] of Object.entries(environmentOf))
        if (new RegExp(`\\bsecrets\\.${name}\\b`).test(workflow(file).text))
          expect({ name, where }).toEqual({ name, where: expect.arrayContaining([environment]) });
  });
});

describe('the environments', () => {
  const allowed = locals.allowed_refs as Record<string, { branch: string | null; tag: string | null }>;

  it.each([
    ['build', 'staging'],
    ['deploy', 'production'],
    ['plan', 'plan'],
  ])('of %s.yml is %s', (file, environment) => {
    const named = Object.values(workflow(file).jobs).flatMap(({ environment }) =>
      environment === undefined ? [] : [environment],
    );
    expect(named.length).toBeGreaterThan(0);
    for (const each of named) expect(/inputs\.environment \|\| '(\w+)'/.exec(each)?.[1] ?? each).toBe(environment);
    expect(Object.keys(allowed)).toContain(environment);
  });

  it('allow the refs that the workflows run for', () => {
    expect(workflow('build').on.push?.branches).toEqual([allowed.staging?.branch]);
    expect(allowed.production?.tag).toBe('${local.version_tags}');
    expect(workflow('deploy').on.push?.tags).toEqual([locals.version_tags]);
    expect(allowed.plan?.branch).toBe('main');
    expect(Object.keys(workflow('plan').on)).toEqual(['workflow_dispatch']);
  });

  it('are those of every job that signs in to Azure', () => {
    const jobs = workflows.flatMap(({ jobs }) => Object.values(jobs));
    const signing = jobs.filter(({ steps }) => JSON.stringify(steps).includes('AZURE_CLIENT_ID'));
    expect(signing.length).toBeGreaterThan(3);
    for (const job of signing) {
      expect(job.environment).toBeDefined();
      expect(job.permissions['id-token']).toBe('write');
    }
  });

  it('each have an identity that the platform trusts', () => {
    const type = String(bodies(platform.variable).github?.type);
    for (const name of Object.keys(allowed))
      expect(type).toMatch(new RegExp(`\\b${name}\\s+= optional\\(string, "${name}"\\)`));
  });
});

describe('the tag that the workflows use our actions by', () => {
  // Anyone who can move it controls what every job runs, with the secrets of production.
  it('is moved only by the release App', () => {
    const { conditions } = bodies(github.resource?.github_repository_ruleset).major_tags_stay as {
      conditions: [{ ref_name: [{ include: string[]; exclude: string[] }] }];
    };
    const { include, exclude } = conditions[0].ref_name[0];
    expect(include).toEqual(['refs/tags/v*']);
    expect(exclude).toEqual(['refs/tags/${local.version_tags}']);
    const tags = workflows.flatMap(({ text }) =>
      [...text.matchAll(/uses: gitops-actions\/gitops-actions\S*@(\S+)/g)].map(([, tag]) => tag),
    );
    expect(tags.length).toBeGreaterThan(3);
    for (const tag of tags) expect(tag).toMatch(/^v[^./]+$/);
  });
});

describe('the checks that main requires', () => {
  it('are the jobs of ci.yml, by name', () => {
    const type = String(bodies(github.variable).main?.type);
    const [, list = ''] = /required_checks\s+= optional\(list\(string\), \[([^\]]*)\]/.exec(type) ?? [];
    const checks = [...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name);
    expect(checks.sort()).toEqual(
      Object.values(workflow('ci').jobs)
        .map(({ name }) => name)
        .sort(),
    );
  });
});

describe('Terraform in the workflows', () => {
  const version = /terraform_version: (\S+)/;

  it('is one version, which the roots accept', () => {
    const versions = workflows.flatMap(({ text }) =>
      [...text.matchAll(new RegExp(version, 'g'))].map(([, each]) => each),
    );
    expect(versions.length).toBeGreaterThan(1);
    expect(new Set(versions)).toEqual(new Set(['1.11.4']));
  });

  it('checks every root with the real providers', () => {
    const runs = (workflow('ci').jobs.terraform?.steps ?? []).flatMap(({ run }) => (run === undefined ? [] : [run]));
    for (const root of ['platform', 'bootstrap', 'github'])
      expect(runs).toEqual(
        expect.arrayContaining([
          `terraform -chdir=terraform/${root} init -backend=false -input=false`,
          `terraform -chdir=terraform/${root} validate`,
        ]),
      );
  });

  it('finds the files that the plan uses', async () => {
    const commands = (workflow('plan').jobs.plan?.steps ?? []).map(({ run }) => run ?? '').join(' ');
    const files = [...commands.matchAll(/=\.\.\/(environments\/\S+)/g)].map(([, file = '']) => file);
    expect(files).toHaveLength(2);
    for (const file of files) await expect(readFile(join(terraform, file), 'utf8')).resolves.toContain('roduction');
  });

  it('plans without changing anything, not even a lock', () => {
    const text = workflow('plan').text;
    expect(text).toContain('-lock=false');
    expect(text).not.toMatch(/terraform .*\b(apply|destroy)\b/);
    expect(workflow('plan').jobs.plan?.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
  });
});

describe('the repository', () => {
  it('is the same one for Azure and for GitHub', async () => {
    const { github } = await readHcl<{
      github: { repository: string; owner_id?: number; repository_id?: number };
    }>(join(terraform, 'environments/production.tfvars'));
    const values = await readHcl<{ repository: string; repository_ids?: { owner: number; repository: number } }>(
      join(terraform, 'environments/github.tfvars'),
    );
    expect(github.repository).toBe(values.repository);
    expect([github.owner_id, github.repository_id]).toEqual([
      values.repository_ids?.owner,
      values.repository_ids?.repository,
    ]);
  });
});
