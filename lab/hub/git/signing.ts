import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Commit } from './objects.ts';
import { GitError, run } from './run.ts';

const execute = promisify(execFile);

/** The identity of commits made by GitHub. */
export const WEB_FLOW = { name: 'GitHub', email: 'noreply@github.com' } as const;

/** GitHub's `verification` of a commit: https://docs.github.com/rest/git/commits */
export interface Verification {
  verified: boolean;
  reason: 'valid' | 'unsigned' | 'unknown_key' | 'invalid' | 'unknown_signature_type';
  signature: string | null;
  payload: string | null;
  verified_at: string | null;
}

const UNSIGNED: Verification = {
  verified: false,
  reason: 'unsigned',
  signature: null,
  payload: null,
  verified_at: null,
};

/** Signs commits with the hub's key, and verifies signatures with `git verify-commit`. */
export class Signing {
  readonly #key: string;
  readonly #allowed: string;
  readonly #verifications = new Map<string, Verification>();

  private constructor(directory: string) {
    this.#key = join(directory, 'web-flow');
    this.#allowed = join(directory, 'allowed_signers');
  }

  static async open(dataDir: string): Promise<Signing> {
    const directory = join(dataDir, 'signing');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const signing = new Signing(directory);
    await signing.#ensureKey();
    return signing;
  }

  async #ensureKey(): Promise<void> {
    if (!existsSync(`${this.#key}.pub`)) {
      await execute('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', WEB_FLOW.email, '-f', this.#key]);
    }
    const [type = '', key = ''] = readFileSync(`${this.#key}.pub`, 'utf8').split(' ');
    writeFileSync(this.#allowed, `${WEB_FLOW.email} namespaces="git" ${type} ${key}\n`);
  }

  /** Extends the arguments of `git commit-tree` to sign with the hub's key. */
  signArguments(command: readonly string[]): string[] {
    const [name = '', ...rest] = command;
    return ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${this.#key}`, name, '-S', ...rest];
  }

  async verify(dir: string, commit: Commit): Promise<Verification> {
    if (!commit.signature) return UNSIGNED;
    const cached = this.#verifications.get(commit.oid);
    if (cached) return cached;
    const { text, payload } = commit.signature;
    const reason: Verification['reason'] = text.startsWith('-----BEGIN SSH SIGNATURE-----')
      ? await this.#checkSignature(dir, commit.oid)
      : 'unknown_signature_type';
    const verified = reason === 'valid';
    const verification: Verification = {
      verified,
      reason,
      signature: text,
      payload,
      verified_at: verified ? commit.committer.date : null,
    };
    this.#verifications.set(commit.oid, verification);
    return verification;
  }

  async #checkSignature(dir: string, oid: string): Promise<'valid' | 'unknown_key' | 'invalid'> {
    const command = ['-c', 'gpg.format=ssh', '-c', `gpg.ssh.allowedSignersFile=${this.#allowed}`];
    try {
      await run([...command, 'verify-commit', oid], { dir });
      return 'valid';
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      // The message of `ssh-keygen -Y verify` for a good signature by a key that is not an allowed signer.
      return /No principal matched/i.test(error.stderr) ? 'unknown_key' : 'invalid';
    }
  }
}
