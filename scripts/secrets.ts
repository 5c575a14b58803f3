import { execa } from 'execa';
import { ensureTools, toolPath } from '../lab/tools/index.ts';

/**
 * Searches the files of a checkout and all of its commits for secrets; a shallow clone has one commit. Git treats the bundles as binary
 * (`-diff` in .gitattributes), so only the search of the files reads them. Rules and exceptions: `.gitleaks.toml`.
 * @throws Error that names rule, file, line and commit of each finding, but never the secret
 */
export async function findSecrets(root: string): Promise<void> {
  await ensureTools(['gitleaks', 'git']);
  for (const source of ['git', 'dir']) {
    const args = [source, '--no-banner', '--no-color', '--redact', '--verbose', '--log-level=error', '.'];
    const { exitCode, stdout, stderr } = await execa(toolPath('gitleaks'), args, { cwd: root, reject: false });
    if (exitCode !== 0) throw new Error(`${stdout}\n${stderr}`.trim() || `gitleaks exited with ${exitCode}`);
  }
}
