import { describe, expect, it } from '@jest/globals';
import { parseLintOutput, parseRenderErrors } from '../../src/helm/messages.ts';

describe('why helm template failed', () => {
  it.each([
    [
      'Helm 3, a template',
      'Error: template: shop/templates/web.yaml:6:17: executing "shop/templates/web.yaml" at <.Values.a.b>: nil pointer evaluating interface {}.b\n\nUse --debug flag to render out invalid YAML\n',
      { in: 'template', file: 'shop/templates/web.yaml', line: 6 },
    ],
    [
      'Helm 4, a template',
      'Error: shop/templates/web.yaml:6:17\n  executing "shop/templates/web.yaml" at <.Values.a.b>:\n    nil pointer evaluating interface {}.b\n\nUse --debug flag to render out invalid YAML\n',
      { in: 'template', file: 'shop/templates/web.yaml', line: 6 },
    ],
    [
      'Helm 3, an included template',
      'Error: template: shop/templates/web.yaml:6:10: executing "shop/templates/web.yaml" at <include "n.x" .>: error calling include: template: shop/templates/_n.tpl:3:12: executing "n.x" at <.Values.q.r>: nil pointer evaluating interface {}.r',
      { in: 'template', file: 'shop/templates/_n.tpl', line: 3 },
    ],
    [
      'Helm 4, an included template of a dependency',
      'Error: shop/templates/web.yaml:6:10\n  executing "shop/templates/web.yaml" at <include "n.x" .>:\n    error calling include:\nshop/charts/lib/templates/_n.tpl:3:12\n  executing "n.x" at <.Values.q.r>:\n    nil pointer evaluating interface {}.r',
      { in: 'template', file: 'shop/charts/lib/templates/_n.tpl', line: 3 },
    ],
    [
      'a parse error',
      'Error: parse error at (shop/templates/web.yaml:6): missing value for if',
      { in: 'template', file: 'shop/templates/web.yaml', line: 6 },
    ],
    [
      'Helm 4, a fail in a template, after its log',
      'level=INFO msg="funcMap fail" message="no way"\nError: execution error at (shop/templates/q.yaml:1:6): no way',
      { in: 'template', file: 'shop/templates/q.yaml', line: 1 },
    ],
    [
      'a result that is not YAML',
      'Error: YAML parse error on shop/templates/web.yaml: error converting YAML to JSON: yaml: line 6: mapping values are not allowed in this context',
      { in: 'rendered', file: 'shop/templates/web.yaml', line: 6 },
    ],
    [
      'a result that is not an object',
      'Error: YAML parse error on shop/templates/web.yaml: error unmarshaling JSON: json: cannot unmarshal string',
      { in: 'rendered', file: 'shop/templates/web.yaml', line: 1 },
    ],
    [
      'values.yaml, Helm 4',
      'Error: cannot load values.yaml: cannot unmarshal yaml document: error converting YAML to JSON: yaml: line 6: mapping values are not allowed in this context',
      { in: 'file', file: 'values.yaml', line: 6 },
    ],
    [
      'a values file',
      'Error: failed to parse /w/helm/shop/ci/a.yaml: error converting YAML to JSON: yaml: line 2: mapping values are not allowed in this context',
      { in: 'file', file: '/w/helm/shop/ci/a.yaml', line: 2 },
    ],
    [
      'a values file that is not a mapping',
      'Error: failed to parse /w/my charts/a b.yaml: error unmarshaling JSON: json: cannot unmarshal array into Go value',
      { in: 'file', file: '/w/my charts/a b.yaml', line: 1 },
    ],
    [
      'a template with a space in its name',
      'Error: execution error at (shop/templates/my file.yaml:3:4): no way',
      { in: 'template', file: 'shop/templates/my file.yaml', line: 3 },
    ],
    [
      'the version of Kubernetes',
      'Error: chart requires kubeVersion: >=1.40.0 which is incompatible with Kubernetes v1.36.0',
      { in: 'meta', key: 'kubeVersion' },
    ],
    ['an unknown message', 'panic: oh', { in: 'chart' }],
  ])('%s', (_, stderr, at) => {
    const messages = parseRenderErrors(stderr);
    expect(messages).toEqual([expect.objectContaining({ level: 'error', message: expect.any(String), at })]);
  });

  it('names the template that Helm was rendering, which may include the one with the error', () => {
    const [message] = parseRenderErrors(
      'Error: shop/templates/web.yaml:6:10\n  executing "shop/templates/web.yaml" at <include "n.x" .>:\n    error calling include:\nshop/templates/_n.tpl:3:12\n  executing "n.x" at <.Values.q.r>:\n    nil pointer evaluating interface {}.r',
    );
    expect(message?.rendering).toBe('shop/templates/web.yaml');
  });

  it('an incompatible version of Kubernetes is not named: it is one problem for all versions', () => {
    const messages = ['1.36.0', '1.35.0'].map((version) =>
      parseRenderErrors(
        `Error: chart requires kubeVersion: >=1.40 which is incompatible with Kubernetes v${version}\n\nUse --debug flag to render out invalid YAML\n`,
      ),
    );
    expect(messages[0]).toEqual(messages[1]);
    expect(messages[0]?.[0]?.message).toBe(
      'the chart requires kubeVersion: >=1.40, and Helm refuses any other version of Kubernetes',
    );
  });

  it('each missing dependency is a separate message with advice', () => {
    const messages = parseRenderErrors(
      "Error: an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: common, other",
    );
    expect(messages.map(({ at }) => at)).toEqual([
      { in: 'meta', key: 'dependencies', name: 'common' },
      { in: 'meta', key: 'dependencies', name: 'other' },
    ]);
    expect(messages[0]?.message).toMatch(/^the dependency common is not in charts\/. Run `helm dependency build`/);
  });

  it.each([
    [
      'Helm 4 and 3.18',
      "- at '/replicas': got string, want integer\n- at '/web/image': additional properties 'tga', 'digset' not allowed\n- at '': additional properties 'wep' not allowed",
    ],
    [
      'Helm before 3.18',
      '- replicas: Invalid type. Expected: integer, given: string\n- web.image: Additional property tga is not allowed\n- web.image: Additional property digset is not allowed\n- (root): Additional property wep is not allowed',
    ],
  ])('each violation of the schema is a separate message, in the format of %s', (_, list) => {
    const messages = parseRenderErrors(
      `Error: values don't meet the specifications of the schema(s) in the following chart(s):\nshop:\n${list}\n`,
    );
    expect(messages.map(({ at }) => (at.in === 'values' ? `${at.chart}:${at.path.join('.')}` : at.in)).sort()).toEqual([
      'shop:replicas',
      'shop:web.image.digset',
      'shop:web.image.tga',
      'shop:wep',
    ]);
  });
});

describe('what helm lint printed', () => {
  it('is read with its levels and files', () => {
    const output = `==> Linting helm/shop
[INFO] Chart.yaml: icon is recommended
[WARNING] templates/web.yaml: object name does not conform
[WARNING] templates/: directory does not exist
[ERROR] /w/helm/shop.d: chart metadata is missing these dependencies: a
[ERROR] templates/web.yaml: unable to parse YAML: error converting YAML to JSON: yaml: line 6: oops
[ERROR] values.yaml: - at '/replicas': got number, want string

[ERROR] templates/: shop/templates/web.yaml:6:17
  executing "shop/templates/web.yaml" at <.Values.a.b>:
    nil pointer evaluating interface {}.b
`;
    expect(parseLintOutput(output)).toEqual([
      { level: 'note', message: 'Chart.yaml: icon is recommended', at: { in: 'file', file: 'Chart.yaml', line: 1 } },
      {
        level: 'warning',
        message: 'templates/web.yaml: object name does not conform',
        at: { in: 'file', file: 'templates/web.yaml', line: 1 },
      },
      { level: 'warning', message: 'templates/: directory does not exist', at: { in: 'chart' } },
      { level: 'error', message: 'chart metadata is missing these dependencies: a', at: { in: 'chart' } },
      {
        level: 'error',
        message: expect.stringContaining('oops'),
        at: { in: 'rendered', file: 'templates/web.yaml', line: 6 },
      },
      {
        level: 'error',
        message: expect.stringContaining('replicas'),
        at: { in: 'values', chart: '', path: ['replicas'] },
      },
      {
        level: 'error',
        message: expect.stringContaining('nil pointer'),
        at: { in: 'template', file: 'shop/templates/web.yaml', line: 6 },
        rendering: 'shop/templates/web.yaml',
      },
    ]);
  });

  it('has nothing for a chart without problems', () => {
    expect(parseLintOutput('==> Linting helm/shop\n\n1 chart(s) linted, 0 chart(s) failed\n')).toEqual([]);
  });
});

describe("possible secrets are removed from Helm's messages", () => {
  it.each([
    "Error: YAML parse error on c/templates/s.yaml: error converting YAML to JSON: yaml: unknown anchor 'hunter2' referenced",
    'Error: template: c/templates/s.yaml:3:4: executing "c/templates/s.yaml" at <.Values.x>: range can\'t iterate over hunter2\nhunter2',
    "Error: values don't meet the specifications of the schema(s) in the following chart(s):\nc:\n- at '/db/password': 'hunter2' does not match pattern '^x'\n",
  ])('%#', (stderr) => {
    const messages = parseRenderErrors(stderr);
    expect(messages).toHaveLength(1);
    expect(messages[0]?.message).not.toContain('hunter2');
  });

  it('but other values are shown', () => {
    const [message] = parseRenderErrors(
      "Error: values don't meet the specifications of the schema(s) in the following chart(s):\nc:\n- at '/db/name': 'Web' does not match pattern '^[a-z]+$'\n",
    );
    expect(message?.message).toContain("'Web' does not match");
  });
});

it('lint may report 130,000 schema errors, more than a call has arguments', () => {
  const errors = Array.from({ length: 130_000 }, (_, index) => `- at '/a${index}': got string, want integer`);
  expect(parseLintOutput(`==> Linting x\n[ERROR] values.yaml: ${errors.join('\n')}\n`)).toHaveLength(130_000);
}, 60_000);
