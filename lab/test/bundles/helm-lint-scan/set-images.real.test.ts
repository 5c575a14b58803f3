import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { GOOD, inDeployment, lineOf, ofRule, path, step, useScene, workspace, write } from './scene.ts';

useScene();

describe('set-images', () => {
  const BUILT = `sha256:${'b'.repeat(64)}`;
  const image = (name: string) =>
    JSON.stringify([{ name, repository: `localhost:5001/staging/${name}`, digest: BUILT, tags: ['sha-0123456789ab'] }]);

  it('renders with the image that was built, although the chart names another registry', async () => {
    write(GOOD);
    const result = await step({ 'set-images': image('shop/web'), 'render-dir': 'out', 'kube-versions': '1.36' });
    expect(result.exitCode).toBe(0);
    expect(result.log).toContain(`set image to localhost:5001/staging/shop/web@${BUILT}`);
    expect(readFileSync(join(workspace, 'out/helm/web/defaults/1.36.yaml'), 'utf8')).toContain(
      `image: "localhost:5001/staging/shop/web:sha-0123456789ab@${BUILT}"`,
    );
  });

  it('an image that no chart has is an error', async () => {
    write(GOOD);
    const result = await step({ 'set-images': image('shop/other') });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('an image of set-images is in no chart');
  });

  it.each([false, true])(
    'finds images in the values of dependencies at any depth, by the names that their parents give them (packed: %j)',
    async (packed) => {
      const values = 'image:\n  repository: ghcr.io/o/NAME\n  tag: 1.0.0\n';
      const config = (value: string) =>
        `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${value} }\ndata: { image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}" }\n`;
      write({
        ...GOOD,
        'helm/web/Chart.yaml': `${GOOD['helm/web/Chart.yaml']}dependencies: [{ name: sub, version: 1.0.0, alias: back }]\n`,
        'helm/web/values.schema.json': '{}',
        'helm/web/charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
        'helm/web/charts/sub/values.yaml': values.replace('NAME', 'api'),
        'helm/web/charts/sub/templates/a.yaml': config('api'),
        'helm/web/charts/sub/charts/deep/Chart.yaml': 'apiVersion: v2\nname: deep\nversion: 1.0.0\n',
        'helm/web/charts/sub/charts/deep/values.yaml': values.replace('NAME', 'db'),
        'helm/web/charts/sub/charts/deep/templates/a.yaml': config('db'),
      });
      const sub = join(workspace, 'helm/web/charts/sub');
      if (packed) {
        execFileSync('helm', ['package', sub, '--destination', dirname(sub)], { env: { ...process.env, PATH: path } });
        rmSync(sub, { recursive: true });
      }
      const built = ['api', 'db'].map((name) => ({
        name,
        repository: `ghcr.io/o/${name}`,
        digest: BUILT,
        tags: ['new'],
      }));
      const result = await step({ 'set-images': JSON.stringify(built), 'render-dir': 'out', 'kube-versions': '1.36' });
      expect(result.log).toContain('set back.image to ghcr.io/o/api');
      expect(result.log).toContain('set back.deep.image to ghcr.io/o/db');
      const text = readFileSync(join(workspace, 'out/helm/web/defaults/1.36.yaml'), 'utf8');
      expect(text).toContain('ghcr.io/o/api:new');
      expect(text).toContain('ghcr.io/o/db:new');
    },
  );

  it('that a template uses in another version are an error there', async () => {
    write(inDeployment(':{{ .Values.image.tag }}@{{ .Values.image.digest }}', ':{{ .Chart.AppVersion }}'));
    const result = await step({ 'set-images': image('shop/web'), 'kube-versions': '1.36' });
    expect(result.exitCode).toBe(1);
    expect(ofRule(result, 'image-not-built')).toEqual([
      expect.objectContaining({
        level: 'error',
        file: 'helm/web/templates/deployment.yaml',
        line: lineOf('helm/web/templates/deployment.yaml', 'image:'),
      }),
    ]);
  });

  it('that no chart has do not hide values that cannot be read', async () => {
    write({ ...GOOD, 'helm/web/values.yaml': 'image: { repository: shop/web\n' });
    const result = await step({ 'set-images': image('shop/web'), 'kube-versions': '1.36' });
    expect(ofRule(result, 'helm-render')).toEqual([expect.objectContaining({ file: 'helm/web/values.yaml' })]);
  });
});
