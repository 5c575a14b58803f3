/**
 * The stub provider, built once per user and kept, in the directory structure that Terraform installs providers from.
 */
import { createHash } from 'node:crypto';
import { access, copyFile, glob, link, mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cacheDir } from '../../lab/paths.ts';
import { exclusively, makeDirectory } from '../../lab/tools/cache.ts';
import { goVersion, requireGo } from '../../lab/tools/go.ts';
import { runTool } from '../../lab/tools/run.ts';
import type { SchemaFile } from '../scripts/schema.ts';

const terraform = join(import.meta.dirname, '..');
const source = join(terraform, 'stub-provider');
const schemas = join(terraform, 'schemas');

/** Terraform's host for providers without one. */
const HOST = 'registry.terraform.io';

/**
 * The directory for `filesystem_mirror`, with a stub for each file in `terraform/schemas`.
 * Source: https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror
 * @throws {LabError} if there is no Go to build it with
 */
export async function providerMirror(): Promise<string> {
  const version = await goVersion();
  requireGo(version, ['the stub provider of Terraform']);
  const target = join(cacheDir(), 'terraform', `stubs-${await hashOfSources(version ?? '')}`);
  await exclusively(
    join(cacheDir(), 'terraform'),
    () => {},
    undefined,
    async () => {
      const exists = await access(target).then(
        () => true,
        () => false,
      );
      if (!exists) await makeDirectory(target, build);
    },
  );
  return target;
}

async function hashOfSources(version: string): Promise<string> {
  const hash = createHash('sha256').update(version);
  for (const file of [...(await files(source, '*.{go,mod,sum}')), ...(await files(schemas, '*.json'))])
    hash.update(basename(file)).update(await readFile(file));
  return hash.digest('hex').slice(0, 12);
}

async function files(directory: string, pattern: string): Promise<string[]> {
  const found: string[] = [];
  for await (const name of glob(pattern, { cwd: directory })) found.push(join(directory, name));
  return found.sort();
}

async function build(target: string): Promise<void> {
  const program = join(target, 'stub-provider');
  const options = { cwd: source, env: { CGO_ENABLED: '0', GOWORK: 'off' } };
  await runTool('building the stub provider', 'go', ['build', '-trimpath', '-o', program, '.'], options);
  const platform = (await runTool("asking Go for this machine's platform", 'go', ['env', 'GOOS', 'GOARCH'], options))
    .trim()
    .split(/\s+/)
    .join('_');
  for (const file of await files(schemas, '*.json')) {
    const { source: address, version } = JSON.parse(await readFile(file, 'utf8')) as SchemaFile;
    const directory = join(target, HOST, ...address.split('/'), version, platform);
    await mkdir(directory, { recursive: true });
    await link(program, join(directory, `terraform-provider-${basename(address)}_v${version}`));
    await copyFile(file, join(directory, 'schema.json'));
  }
}
