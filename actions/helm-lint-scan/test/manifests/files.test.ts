import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { distinctFiles, readManifestFiles } from '../../src/manifests/files.ts';
import { files, root, useCheckout, write } from '../checkout.ts';

useCheckout();

describe('manifests', () => {
  it('are the YAML and JSON files of the globs', async () => {
    await write({ 'argocd/a.yaml': 'a', 'argocd/b/c.yml': 'c', 'argocd/d.json': '{}', 'argocd/README.md': '' });
    const groups = await readManifestFiles(files, 'manifests', ['argocd/**', 'argocd/a.yaml']);
    expect(groups.map((group) => [group.pattern, group.files.map(({ path }) => path)])).toEqual([
      ['argocd/**', ['argocd/a.yaml', 'argocd/b/c.yml', 'argocd/d.json']],
      ['argocd/a.yaml', ['argocd/a.yaml']],
    ]);
    expect(distinctFiles(groups).map(({ path }) => path)).toEqual(['argocd/a.yaml', 'argocd/b/c.yml', 'argocd/d.json']);
    await expect(readManifestFiles(files, 'crds', ['crds/*'])).rejects.toThrow('the input crds asks for "crds/*"');
  });

  it('may not be links out of the workspace', async () => {
    await symlink('/etc', join(root, 'argocd'));
    await expect(readManifestFiles(files, 'manifests', ['argocd/hosts*'])).rejects.toThrow(
      'leads out of the workspace (a link)',
    );
  });
});
