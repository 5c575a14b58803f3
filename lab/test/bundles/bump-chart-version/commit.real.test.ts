import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CHART, DIGEST, dir, RELEASE, RELEASED, TestRepository, useHub, VALUES } from './scene.ts';

useHub();

describe('a commit of bump-chart-version', () => {
  it('requires two requests, is verified, and changes only the named bytes', async () => {
    const repository = await TestRepository.create({
      'helm/shop/Chart.yaml': CHART,
      'helm/shop/values.yaml': VALUES,
      'helm/shop/templates/x.yaml': 'a:   b\n',
    });
    const { result, requests } = await repository.stepWithRequests(RELEASE);
    expect(result).toMatchObject({ exitCode: 0 });
    expect(requests).toEqual(['graphql', 'graphql']);
    expect(await repository.blob('helm/shop/Chart.yaml')).toBe(CHART.replaceAll('1.0.0', '1.4.2'));
    expect(await repository.blob('helm/shop/values.yaml')).toBe(RELEASED);
    expect(await repository.changedFiles()).toEqual(['helm/shop/Chart.yaml', 'helm/shop/values.yaml']);
    expect(await repository.log()).toEqual(['chore(release): shop 1.4.2', 'feat: the start']);
    const { rest, where } = repository.octokit();
    const { data } = await rest.repos.getCommit({ ...where, ref: 'main' });
    expect(data.commit.verification).toMatchObject({ verified: true });
    expect(data.commit.message).toContain(`\nImage: r.example/shop/web:1.4.2@${DIGEST} (was unset)\n`);
    expect(result.outputs).toMatchObject({
      changed: 'true',
      commit: data.sha,
      verified: 'true',
      branch: 'main',
      'chart-version': '1.4.2',
      'previous-chart-version': '1.0.0',
      'app-version': '1.4.2',
      files: '["helm/shop/values.yaml","helm/shop/Chart.yaml"]',
      attempts: '1',
    });
    await repository.git('checkout', '-q', 'origin/main~1');
    writeFileSync(join(dir, 'change.diff'), `${result.outputs.diff}\n`);
    await repository.git('apply', '--whitespace=nowarn', join(dir, 'change.diff'));
    expect(await repository.git('diff', '--stat', 'origin/main')).toBe('');
  });

  it('is not repeated by a second run, nor undone by an older tag', async () => {
    const repository = await TestRepository.create();
    await repository.step(RELEASE);
    const { result, requests } = await repository.stepWithRequests(RELEASE);
    expect(result).toMatchObject({ exitCode: 0, outputs: { changed: 'false', commit: '', 'chart-version': '1.4.2' } });
    expect(requests).toEqual(['graphql']);
    const older = await repository.step({ ...RELEASE, version: 'auto' }, { GITHUB_REF: 'refs/tags/v1.4.1' });
    expect(older).toMatchObject({ exitCode: 0, outputs: { changed: 'false', 'chart-version': '1.4.2' } });
    expect(older.log).toContain('helm/shop is at 1.4.2, which is newer than 1.4.1');
    expect(await repository.log()).toHaveLength(2);
  });

  it('keeps modes, with unusual paths, on another branch, and in files that the API does not return as text', async () => {
    const chart = "helm/odd $(path) 'ü";
    const big = `${VALUES}${`# ${'x'.repeat(98)}\n`.repeat(7000)}`;
    const repository = await TestRepository.create();
    mkdirSync(join(repository.directory, chart), { recursive: true });
    writeFileSync(join(repository.directory, chart, 'values.yaml'), big);
    chmodSync(join(repository.directory, chart, 'values.yaml'), 0o755);
    await repository.push({ [`${chart}/Chart.yaml`]: CHART }, 'feat: odd', 'release/#1-ü');
    const result = await repository.step({ ...RELEASE, charts: chart, branch: 'release/#1-ü' });
    expect(result).toMatchObject({ exitCode: 0, outputs: { changed: 'true', branch: 'release/#1-ü' } });
    expect(await repository.blob(`${chart}/values.yaml`, 'release/#1-ü')).toBe(big.replace(VALUES, RELEASED));
    expect(await repository.git('ls-tree', '-z', 'origin/release/#1-ü', `${chart}/values.yaml`)).toMatch(/^100755 /);
    expect(await repository.log()).toHaveLength(1);
  });

  it('is only shown in a dry run', async () => {
    const repository = await TestRepository.create();
    const { result, requests } = await repository.stepWithRequests({ ...RELEASE, 'dry-run': 'true' });
    expect(result).toMatchObject({ exitCode: 0, outputs: { changed: 'true', commit: '' } });
    expect(result.outputs.diff).toContain("+    tag: '1.4.2'   # shown");
    expect(result.summary).toContain('| File | Value | Old | New |');
    expect(requests).toEqual(['graphql']);
    expect(await repository.log()).toHaveLength(1);
  });
});
