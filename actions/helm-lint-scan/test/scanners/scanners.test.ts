import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Exec, ExecOptions, ExecResult } from '../../../lib/processes/exec.ts';
import { throwErrors } from '../../src/error-collector.ts';
import { createFiles } from '../../src/inputs/files.ts';
import type { ScannerName } from '../../src/inputs/inputs.ts';
import { scanners } from '../../src/scanners/index.ts';
import { type ScanGroup, scanAll } from '../../src/scanners/scanner.ts';
import { createSchemaStore } from '../../src/validation/store.ts';
import { GOOD, resourcesIn } from '../helpers.ts';

const POD_TEST = '---\napiVersion: v1\nkind: Pod\nmetadata: { name: t, annotations: { helm.sh/hook: test } }\n';

const group: ScanGroup = {
  id: { subject: 'helm/shop', values: 'defaults', kubeVersion: '1.36' },
  kube: { text: '1.36', minor: '1.36', full: '1.36.0' },
  namespace: 'shop',
  resources: resourcesIn(GOOD + POD_TEST),
  locate: () => ({ file: 'a', line: 1, exact: true }),
};

let temp = '';
let repository = '';
beforeEach(async () => {
  temp = await mkdtemp(join(tmpdir(), 'scanners-test-'));
  repository = await mkdtemp(join(tmpdir(), 'scanners-repository-'));
});
afterEach(async () => {
  for (const directory of [temp, repository]) await rm(directory, { recursive: true });
});

interface Call {
  tool: string;
  args: readonly string[];
  options: ExecOptions;
}

/** Runs one scanner whose program returns what `respond` returns. */
async function scan(
  name: ScannerName,
  respond: (call: Call) => Partial<ExecResult> | Promise<Partial<ExecResult>>,
  resources = group.resources,
) {
  const calls: Call[] = [];
  const exec: Exec = {
    async run(tool, args, options) {
      calls.push({ tool, args, options });
      return { exitCode: 0, stdout: '', stderr: '', ...(await respond({ tool, args, options })) };
    },
  };
  const env = { RUNNER_TEMP: temp, PATH: '/bin', GITHUB_TOKEN: 'secret', KUBECONFIG: '/home/me/.kube/config' };
  const results = await scanAll([scanners[name]], [{ ...group, resources }], {
    exec,
    schemas: createSchemaStore(),
    files: createFiles(repository),
    env,
  });
  throwErrors(results.flatMap(({ error }) => error ?? []));
  const found = results.flatMap((result) => result.found);
  return {
    calls,
    found: found.map(({ rule, resource, path, message }) => [rule.id, rule.level, resource.kind, path, message]),
  };
}

describe('scanners', () => {
  it('get each resource in a separate file, in the namespace of the release, and no token or cluster', async () => {
    let files: string[] = [];
    let first = '';
    const { calls } = await scan('checkov', async ({ options: { cwd = '' } }) => {
      files = (await readdir(cwd, { recursive: true })).sort();
      first = await readFile(join(cwd, '0', '0-0.yaml'), 'utf8');
      return { stdout: '{}' };
    });
    expect(files).toEqual(['0', ...[0, 1, 2, 3, 4].map((position) => join('0', `0-${position}.yaml`))]);
    expect(first).toContain('namespace: shop');
    expect(calls[0]?.options.env).not.toHaveProperty('GITHUB_TOKEN');
    expect(calls[0]?.options.env?.KUBECONFIG).not.toBe('/home/me/.kube/config');
    expect(await readdir(temp)).toEqual([]);
  });

  it('that fail are an error with the message of the program', async () => {
    await expect(scan('checkov', () => ({ exitCode: 2, stderr: 'no module named x' }))).rejects.toThrow(
      'no module named x',
    );
    expect(await readdir(temp)).toEqual([]);
  });

  it('that do not print JSON are not quoted: their output contains the resources, also Secrets', async () => {
    const error = await scan('checkov', () => ({ exitCode: 1, stdout: '[{"code_block": "password: hunter2"' })).catch(
      (thrown: Error) => thrown,
    );
    expect(inspect(error, { depth: 9 })).toContain('it printed no JSON and exited with code 1');
    expect(inspect(error, { depth: 9 })).not.toContain('hunter2');
  });
});

describe("a scanner's configuration", () => {
  const configOf = async (scanner: 'kube-linter' | 'polaris') => {
    let text: string | undefined;
    const { calls } = await scan(scanner, async ({ args }) => {
      const config = args.indexOf('--config');
      if (config >= 0) text = await readFile(args[config + 1] ?? '', 'utf8');
      return { stdout: '{}' };
    });
    expect(calls).toHaveLength(1);
    return text;
  };

  it.each([
    ['kube-linter', '.kube-linter.yaml'],
    ['kube-linter', '.kube-linter.yml'],
    ['polaris', 'polaris.yaml'],
    ['polaris', '.polaris.yml'],
  ] as const)('of %s is read from the repository: %s', async (scanner, file) => {
    expect(await configOf(scanner)).toBeUndefined();
    await writeFile(join(repository, file), 'checks: {}\n');
    expect(await configOf(scanner)).toBe('checks: {}\n');
  });

  it('is not read through a link that leads out of the repository', async () => {
    await writeFile(join(temp, 'outside.yaml'), 'checks: {}\n');
    await symlink(join(temp, 'outside.yaml'), join(repository, 'polaris.yaml'));
    await expect(scan('polaris', () => ({ stdout: '{}' }))).rejects.toThrow('leads out of the workspace');
  });
});

describe('the findings of', () => {
  it('checkov', async () => {
    const check = (more: object) => ({
      check_id: 'CKV_K8S_43',
      check_name: 'Image should use digest',
      file_path: '/0-0.yaml',
      guideline: null,
      ...more,
    });
    const output = {
      results: {
        failed_checks: [
          check({ check_result: { evaluated_keys: ['spec/template/spec/containers/[0]/image'] } }),
          check({ check_id: 'CKV2_K8S_6', check_name: 'NetworkPolicy', check_result: {} }),
          check({ file_path: '/unknown.yaml' }),
        ],
      },
    };
    const expected = [
      [
        'checkov/CKV_K8S_43',
        'warning',
        'Deployment',
        ['spec', 'template', 'spec', 'containers', 0, 'image'],
        'fails CKV_K8S_43: Image should use digest',
      ],
      ['checkov/CKV2_K8S_6', 'warning', 'Deployment', ['kind'], 'fails CKV2_K8S_6: NetworkPolicy'],
    ];
    expect((await scan('checkov', () => ({ stdout: JSON.stringify(output) }))).found).toEqual(expected);
    expect((await scan('checkov', () => ({ stdout: JSON.stringify([output]) }))).found).toEqual(expected);
    expect((await scan('checkov', () => ({ stdout: '{"passed": 0}' }))).found).toEqual([]);
  });

  it('kube-score', async () => {
    const check = (id: string, grade: number, skipped: boolean, comments: object[]) => ({
      check: { id, name: id, comment: 'why' },
      grade,
      skipped,
      comments,
    });
    const { calls, found } = await scan('kube-score', ({ args }) => ({
      exitCode: 1,
      stdout: JSON.stringify([
        {
          file_name: args.at(-5),
          checks: [
            check('container-resources', 1, false, [{ path: 'web', summary: 'CPU limit is not set' }]),
            check('pod-networkpolicy', 5, false, [{ path: '', summary: 'No policy' }]),
            check('fine', 10, false, [{ path: '', summary: 'fine' }]),
            check('ignored', 1, true, [{ path: '', summary: 'Skipped' }]),
          ],
        },
      ]),
    }));
    expect(calls[0]?.args.slice(0, 5)).toEqual(['score', '--output-format', 'json', '--kubernetes-version', 'v1.36']);
    expect(found).toEqual([
      [
        'kube-score/container-resources',
        'error',
        'Deployment',
        ['spec', 'template', 'spec', 'containers', 0],
        'container web: CPU limit is not set',
      ],
      ['kube-score/pod-networkpolicy', 'warning', 'Deployment', ['kind'], 'No policy'],
    ]);
    expect((await scan('kube-score', () => ({ stdout: 'null' }))).found).toEqual([]);
  });

  it('kube-linter', async () => {
    const report = (Check: string, file: string, Message: string) => ({
      Diagnostic: { Message },
      Check,
      Remediation: 'Do better.',
      Object: { Metadata: { FilePath: `/scan/0/${file}` }, K8sObject: { Namespace: 'shop', Name: 'web' } },
    });
    const { calls, found } = await scan('kube-linter', () => ({
      exitCode: 1,
      stderr: 'Error: found 4 lint errors\n',
      stdout: JSON.stringify({
        Checks: [{ name: 'unset-cpu-requirements', description: 'Indicates …', remediation: 'Set CPU requests.' }],
        Reports: [
          report('unset-cpu-requirements', '0-0.yaml', 'container "web" has cpu request 0'),
          report('writable-host-mount', '0-0.yaml', 'container web mounts path /x on the host as writable'),
          report('dangling-service', '0-1.yaml', 'no pods found matching service labels (map[app:web])'),
          report('latest-tag', 'unknown.yaml', 'The container "web" is using an invalid container image'),
        ],
      }),
    }));
    expect(calls.map(({ args }) => args.slice(0, 3))).toEqual([['lint', '--format', 'json']]);
    const container = ['spec', 'template', 'spec', 'containers', 0];
    expect(found).toEqual([
      ['kube-linter/unset-cpu-requirements', 'warning', 'Deployment', container, 'container "web" has cpu request 0'],
      [
        'kube-linter/writable-host-mount',
        'warning',
        'Deployment',
        container,
        'container web mounts path /x on the host as writable',
      ],
      [
        'kube-linter/dangling-service',
        'warning',
        'Service',
        ['kind'],
        'no pods found matching service labels (map[app:web])',
      ],
    ]);
  });

  it('kube-linter when it knows none of the objects, and when it fails', async () => {
    const warning = 'Warning: no valid objects found.\n';
    expect((await scan('kube-linter', () => ({ stderr: warning }))).found).toEqual([]);
    await expect(
      scan('kube-linter', () => ({ exitCode: 1, stderr: 'Error: enabled checks validation: check "x" not found' })),
    ).rejects.toThrow('check "x" not found');
  });

  it('polaris', async () => {
    const result = (ID: string, Severity: string, Category: string, more = {}) => ({
      [ID]: { ID, Message: `${ID}!`, Details: null, Success: false, Severity, Category, Mutations: null, ...more },
    });
    const { calls, found } = await scan('polaris', () => ({
      stdout: JSON.stringify({
        PolarisOutputVersion: '1.0',
        Results: [
          {
            Name: 'web',
            Namespace: 'shop',
            Kind: 'Deployment',
            Results: result('missingNetworkPolicy', 'warning', 'Security'),
            PodResult: {
              Name: '',
              Results: { ...result('hostIPCSet', 'danger', 'Security'), ...result('off', 'ignore', 'Reliability') },
              ContainerResults: [
                {
                  Name: 'web',
                  Results: {
                    ...result('cpuLimitsMissing', 'warning', 'Efficiency'),
                    ...result('fine', 'danger', 'Reliability', { Success: true }),
                  },
                },
              ],
            },
          },
          { Name: 'web', Namespace: 'other', Kind: 'Deployment', Results: result('x', 'danger', 'y'), PodResult: null },
        ],
      }),
    }));
    expect(calls.map(({ args }) => [args[0], args[1], basename(args[2] ?? '')])).toEqual([
      ['audit', '--audit-path', '0'],
    ]);
    const pod = ['spec', 'template', 'spec'];
    expect(found).toEqual([
      ['polaris/missingNetworkPolicy', 'warning', 'Deployment', ['kind'], 'missingNetworkPolicy!'],
      ['polaris/hostIPCSet', 'error', 'Deployment', pod, 'hostIPCSet!'],
      [
        'polaris/cpuLimitsMissing',
        'warning',
        'Deployment',
        [...pod, 'containers', 0],
        'container web: cpuLimitsMissing!',
      ],
    ]);
    expect((await scan('polaris', () => ({ stdout: '{"Results":null}' }))).found).toEqual([]);
  });

  it('kubeconform, which uses the bundled schemas', async () => {
    let reference = '';
    const { found } = await scan('kubeconform', async ({ args }) => {
      const location = args[args.indexOf('-schema-location') + 1] ?? '';
      reference = await readFile(
        location.replace('{{ .ResourceKind }}{{ .KindSuffix }}', 'deployment-apps-v1'),
        'utf8',
      );
      const resource = (index: number, status: string, msg: string) => ({
        filename: `/x/${basename(`0-${index}.yaml`)}`,
        status,
        msg,
      });
      return {
        exitCode: 1,
        stdout: JSON.stringify({
          resources: [
            resource(
              0,
              'statusInvalid',
              "problem: jsonschema validation failed with 'file:///d.json#' - at '/spec': validation failed   - at '/spec/ports/0': missing property 'port'   - at '': additional properties 'x' not allowed",
            ),
            resource(1, 'statusError', 'could not be read'),
            resource(2, 'statusValid', ''),
          ],
        }),
      };
    });
    expect(JSON.parse(reference)).toEqual({ $ref: '_definitions.json#/definitions/io.k8s.api.apps.v1.Deployment' });
    expect(found).toEqual([
      ['kubeconform/schema', 'error', 'Deployment', ['spec', 'ports', 0], "spec.ports[0]: missing property 'port'"],
      ['kubeconform/schema', 'error', 'Deployment', [], "the object: additional properties 'x' not allowed"],
      ['kubeconform/schema', 'error', 'Service', ['kind'], 'could not be read'],
    ]);
  });

  it('all scanners do not show what may be secret', async () => {
    const secret = resourcesIn('apiVersion: v1\nkind: Secret\nmetadata: { name: a }\ndata: { a: hunter2 }\n');
    const msg = (path: string) =>
      `problem validating schema: - at '': validation failed   - at '${path}': 'hunter2' is not valid byte: illegal base64 data`;
    for (const text of [msg('/data/a'), "could not read 'hunter2'"]) {
      const answer = { resources: [{ filename: '0-0.yaml', status: 'statusInvalid', msg: text }] };
      const { found } = await scan('kubeconform', () => ({ stdout: JSON.stringify(answer) }), secret);
      expect(found).toHaveLength(1);
      expect(JSON.stringify(found)).not.toContain('hunter2');
    }
  });
});
