/**
 * The stub provider, built once per user and kept, in the directory structure that Terraform installs providers from.
 */
import { createHash } from 'node:crypto';
import { access, copyFile, glob, link, mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cacheDir } from '../../lab/paths.ts';
import { createDirectoryAtomically, withLock } from '../../lab/tools/cache.ts';
import { ensureGo } from '../../lab/tools/index.ts';
import { runTool } from '../../lab/tools/run.ts';
import type { Go } from '../../lab/tools/toolchain.ts';
import type { SchemaFile } from '../scripts/schema.ts';

const terraform = join(import.meta.dirname, '..');
const source = join(terraform, 'stub-provider');
const schemas = join(terraform, 'schemas');

/** The hosts of providers without one: Terraform's and OpenTofu's. */
const HOSTS = ['registry.terraform.io', 'registry.opentofu.org'];

/**
 * The directory for `filesystem_mirror`, with a stub for each file in `terraform/schemas`.
 * Source: https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror
 * @throws {LabError} if there is no Go to build it with, and none can be installed
 */
export async function providerMirror(): Promise<string> {
  const go = await ensureGo();
  const target = join(cacheDir(), 'terraform', `stubs-${await hashOfSources(go.version)}`);
  await withLock(join(cacheDir(), 'terraform'), { onWait: () => {} }, async () => {
    const exists = await access(target).then(
      () => true,
      () => false,
    );
    if (!exists) await createDirectoryAtomically(target, (temporary) => build(temporary, go));
  });
  return target;
}

async function hashOfSources(version: string): Promise<string> {
  const hash = createHash('sha256').update(version).update(HOSTS.join());
  for (const file of [...(await files(source, '*.{go,mod,sum}')), ...(await files(schemas, '*.json'))])
    hash.update(basename(file)).update(await readFile(file));
  return hash.digest('hex').slice(0, 12);
}

async function files(directory: string, pattern: string): Promise<string[]> {
  const found: string[] = [];
  for await (const name of glob(pattern, { cwd: directory })) found.push(join(directory, name));
  return found.sort();
}

async function build(target: string, go: Go): Promise<void> {
  const program = join(target, 'stub-provider');
  const options = { cwd: source, env: { ...go.env, CGO_ENABLED: '0' } };
  const flags = ['-trimpath', '-o', program];
  await runTool(go.program, ['build', ...flags, '.'], { ...options, action: 'building the stub provider' });
  const action = 'reading the platform of this machine from Go';
  const platform = (await runTool(go.program, ['env', 'GOOS', 'GOARCH'], { ...options, action }))
    .trim()
    .split(/\s+/)
    .join('_');
  for (const file of await files(schemas, '*.json')) {
    const { source: address, version } = JSON.parse(await readFile(file, 'utf8')) as SchemaFile;
    for (const host of HOSTS) {
      const directory = join(target, host, ...address.split('/'), version, platform);
      await mkdir(directory, { recursive: true });
      await link(program, join(directory, `terraform-provider-${basename(address)}_v${version}`));
      await copyFile(file, join(directory, 'schema.json'));
    }
  }
}
