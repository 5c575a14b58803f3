import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dir, GOOD, inDeployment, ofRule, path, step, useScene, workspace, write } from './scene.ts';

useScene();

describe('trouble', () => {
  it('says what to do when Helm is missing', async () => {
    write(GOOD);
    const result = await step({ helm: 'helm-of-nowhere' });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('helm-of-nowhere was not found');
    expect(result.log).toContain('azure/setup-helm');
  });

  it('reports everything else when a scanner fails', async () => {
    write(inDeployment('automount', 'automont'));
    const bin = join(dir, 'bin');
    mkdirSync(bin);
    const scanners = ['kube-score', 'kube-linter', 'polaris', 'checkov'];
    for (const name of scanners)
      writeFileSync(join(bin, name), `#!/bin/sh\necho ${name} is out of order >&2\nexit 3\n`, { mode: 0o755 });
    const result = await step(
      { scanners: scanners.join('\n'), 'report-file': 'out.json', 'kube-versions': '1.36' },
      { PATH: `${bin}:${path}` },
    );
    expect(result.exitCode).toBe(1);
    for (const name of scanners) expect(result.log).toContain(`${name} is out of order`);
    expect(ofRule(result, 'schema')).toHaveLength(1);
    expect(result.outputs).toMatchObject({ errors: '1', report: join(workspace, 'out.json') });
  });

  it('reports a missing scanner before anything else is done', async () => {
    write(GOOD);
    const result = await step({ scanners: 'kube-score' }, { PATH: dirname(process.execPath) });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('kube-score was not found');
  });

  it.each(['sarif-file', 'report-file', 'render-dir'])(
    'writes nothing through a link of the repository: %s',
    async (input) => {
      write(GOOD);
      mkdirSync(join(dir, 'outside'));
      symlinkSync(join(dir, 'outside'), join(workspace, 'out'));
      const result = await step({ [input]: 'out/x' });
      expect(result.exitCode).toBe(1);
      expect(result.log).toContain('out/x leads out of the workspace (a link)');
      expect(readdirSync(join(dir, 'outside'))).toEqual([]);
    },
  );

  it('reports the findings and writes the other files when one cannot be written', async () => {
    write({ ...GOOD, 'out/report.json/x': '', 'out/sarif': '' });
    const result = await step({
      'sarif-file': 'out/sarif/x.sarif',
      'report-file': 'out/report.json',
      'render-dir': 'out/rendered',
      'kube-versions': '1.36',
    });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('0 errors, 0 warnings, 0 notes in 1 case');
    expect(result.log).toContain('out/sarif/x.sarif could not be written');
    expect(result.log).toContain('out/report.json could not be written');
    expect(result.outputs).toMatchObject({ errors: '0', rendered: join(workspace, 'out/rendered') });
    expect(result.outputs).not.toHaveProperty('report');
    expect(result.summary).toContain('helm/web');
  });

  it('rejects a chart behind a link that leads out of the workspace', async () => {
    write({ 'helm/readme.txt': '' });
    mkdirSync(join(dir, 'outside'));
    writeFileSync(join(dir, 'outside', 'Chart.yaml'), 'apiVersion: v2\nname: outside\nversion: 1.0.0\n');
    symlinkSync(join(dir, 'outside'), join(workspace, 'helm', 'outside'));
    const result = await step();
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('leads out of the workspace');
  });

  it('rejects a template that is a link out of the workspace', async () => {
    write(GOOD);
    writeFileSync(join(dir, 'secret.yaml'), 'kind: Secret\n');
    symlinkSync(join(dir, 'secret.yaml'), join(workspace, 'helm/web/templates/secret.yaml'));
    const result = await step();
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('helm/web/templates/secret.yaml leads out of the workspace (a link)');
  });

  describe('with a server that must not be called', () => {
    let server: Server;
    let connections = 0;
    let port = 0;
    beforeAll(async () => {
      server = createServer((socket) => {
        connections++;
        socket.destroy();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      port = typeof address === 'object' && address !== null ? address.port : 0;
    });
    afterAll(() => new Promise((resolve) => server.close(resolve)));

    it('uses neither the cluster of the job nor the Helm plug-ins of its user', async () => {
      const kubeconfig = join(dir, 'kubeconfig');
      writeFileSync(
        kubeconfig,
        `apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{ name: a, context: { cluster: a, user: a } }]\nclusters: [{ name: a, cluster: { server: "http://127.0.0.1:${port}" } }]\nusers: [{ name: a, user: {} }]\n`,
      );
      const found = '{{ (lookup "v1" "Namespace" "" "default").kind | default "nothing" }}';
      write(
        inDeployment(
          '  name: {{ .Release.Name }}',
          `  name: {{ .Release.Name }}\n  annotations: { found: "${found}" }`,
        ),
      );
      const result = await step(
        { 'render-dir': 'out' },
        { KUBECONFIG: kubeconfig, HELM_KUBEAPISERVER: `http://127.0.0.1:${port}` },
      );
      expect(result.exitCode).toBe(0);
      expect(readFileSync(join(workspace, 'out/helm/web/defaults/1.36.yaml'), 'utf8')).toContain('found: "nothing"');
      expect(connections).toBe(0);
    });
  });
});
