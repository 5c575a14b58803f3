import { execa } from 'execa';
import { ensureTools, toolPath } from '../lab/tools/index.ts';

/**
 * Looks for secrets in the files of a checkout and in all of its commits, of which a shallow clone has one. Git calls the bundles binary
 * (`-diff` in .gitattributes), so that only the look at the files sees them. Rules and exceptions: `.gitleaks.toml`.
 * @throws Error that names rule, file, line and commit of each finding, never the secret
 */
export async function findSecrets(root: string): Promise<void> {
  await ensureTools(['gitleaks', 'git']);
  for (const where of ['git', 'dir']) {
    const args = [where, '--no-banner', '--no-color', '--redact', '--verbose', '--log-level=error', '.'];
    const { exitCode, stdout, stderr } = await execa(toolPath('gitleaks'), args, { cwd: root, reject: false });
    if (exitCode !== 0) throw new Error(`${stdout}\n${stderr}`.trim() || `gitleaks ended with ${exitCode}`);
  }
}
