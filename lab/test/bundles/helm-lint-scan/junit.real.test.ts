import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { inDeployment, lineOf, step, useScene, workspace, write } from './scene.ts';

useScene();

/** Fails when the text is not XML. */
function assertXml(file: string): void {
  const program = 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])';
  execFileSync('python3', ['-c', program, file]);
}

describe('the JUnit report', () => {
  it('has a suite for each chart, and a failing test for each finding that fails the step', async () => {
    const files = inDeployment('allowPrivilegeEscalation: false', 'privileged: true');
    write({ ...files, 'k8s/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: "a<b\\u0007&\\"c" }\n' });
    const result = await step({ manifests: 'k8s/*.yaml', 'kube-versions': '1.35\n1.36', 'junit-file': 'out/scan.xml' });
    expect(result.exitCode).toBe(1);
    expect(result.outputs.junit).toBe(join(workspace, 'out/scan.xml'));
    assertXml(join(workspace, 'out/scan.xml'));
    const text = readFileSync(join(workspace, 'out/scan.xml'), 'utf8');
    expect(text).toContain('<testsuite name="helm/web"');
    expect(text).toContain('<testsuite name="manifests"');
    const file = 'helm/web/templates/deployment.yaml';
    expect(text).toContain(
      `<testcase classname="helm/web" name="privileged: Deployment/web: container web is privileged" file="${file}" line="${lineOf(file, 'privileged: true')}" time="0">`,
    );
    expect(text.match(/<failure /g)).toHaveLength(Number(result.outputs.errors));
    const passing = await step({ 'kube-versions': '1.35\n1.36', 'junit-file': 'out/scan.xml', 'fail-on': 'never' });
    expect(passing.exitCode).toBe(0);
    const other = readFileSync(join(workspace, 'out/scan.xml'), 'utf8');
    expect(other).toContain('tests="2" failures="0" errors="0" skipped="0"');
    expect(other).toContain('name="values defaults, Kubernetes 1.36"');
    expect(other).toContain(`<system-out>error ${file}:`);
  });
});
