import { type CommitContext, commitToBranch } from '../../src/commit/commit.ts';
import type { Outcome } from '../../src/outputs.ts';
import { FakeRepository } from '../fake-repository.ts';
import { image, settings } from '../helpers.ts';

export const WEB = 'ghcr.io/acme/web';
export const digest = (version: string): string => `sha256:${Buffer.from(version).toString('hex').padEnd(64, '0')}`;
export const imageAt = (tag: string): string => image(WEB, [tag], digest(tag));

export const chart = (version: string, appVersion = version): string =>
  `apiVersion: v2\nname: shop # the name\nversion: ${version}\nappVersion: "${appVersion}"\n`;

export const values = (tag: string): string =>
  `# a\nweb:\n  image:\n    repository: ${WEB}\n    tag: "${tag}" # the tag\n    digest: ${tag === '' ? '""' : digest(tag)}\n  replicas: 2\n`;

const context: Omit<CommitContext, 'origin'> = {
  retry: { retries: 3, wait: async () => undefined },
  onCommit: async () => undefined,
};

/** A repository with one chart, and runs of the action on it. */
export class Scene {
  readonly repository: FakeRepository;
  /** The commit of the next run. */
  sha = 'c'.repeat(40);

  constructor(files: Record<string, string>) {
    this.repository = new FakeRepository(files);
  }

  static create(tag = '1.4.0'): Scene {
    return new Scene({ 'helm/shop/Chart.yaml': chart(tag), 'helm/shop/values.yaml': values(tag) });
  }

  async run(inputs: Record<string, string>, env: Record<string, string> = {}): Promise<Outcome> {
    const origin = { repository: 'octo/shop', sha: this.sha, runUrl: undefined };
    return commitToBranch(await settings(inputs, env), this.repository, { ...context, origin });
  }

  /** @returns the new commit */
  async release(version: string, inputs: Record<string, string> = {}): Promise<string> {
    await this.run({ version, images: imageAt(version), ...inputs });
    return this.repository.head().oid;
  }

  async rollBack(to: string, inputs: Record<string, string> = {}): Promise<Outcome> {
    return this.run({ 'rollback-to': to, ...inputs });
  }

  text(path = 'helm/shop/values.yaml'): string {
    return this.repository.head().files[path] ?? '';
  }
}
