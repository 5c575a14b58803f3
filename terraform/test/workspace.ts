/** Runs Terraform, or OpenTofu, on a copy of this directory, with the stub providers and without a network. */
import { cp, glob, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { ensureTerraform, findTerraform } from '../../lab/tools/terraform.ts';
import { providerMirror } from './stub-providers.ts';

export const project = join(import.meta.dirname, '..', '..');

/** The directories in `terraform` that Terraform runs in: roots first, then modules. */
export async function configurations(): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob('{*,modules/*}/versions.tf', { cwd: join(project, 'terraform') }))
    found.push(dirname(file).replaceAll('\\', '/'));
  return found.sort((a, b) => Number(a.startsWith('modules/')) - Number(b.startsWith('modules/')) || (a < b ? -1 : 1));
}

export const isRoot = (configuration: string): boolean => !configuration.startsWith('modules/');

/** What OpenTofu 1.12 lacks to run the tests of a configuration, by configuration. It rejects most of these files even in `validate`. */
const LACKING: Record<string, string> = {
  bootstrap: '`source` in `mock_provider`',
  platform: '`override_during`',
  'modules/aks': '`override_during`',
  'modules/naming': 'outputs in a plan that is compared with another run',
};

/** Why the own tests of a configuration cannot run on this machine; undefined if they can. */
export async function whyUntestable(configuration: string): Promise<string | undefined> {
  return (await findTerraform()) ? undefined : LACKING[configuration];
}

export interface Outcome {
  exitCode: number;
  /** Everything that it printed. */
  output: string;
}

export class Workspace {
  readonly #directory: string;
  /** Path of Terraform or OpenTofu. */
  readonly #program: string;
  readonly #ready = new Set<string>();

  private constructor(directory: string, program: string) {
    this.#directory = directory;
    this.#program = program;
  }

  /** @throws {LabError} if Terraform is not on the path and OpenTofu cannot be built */
  static async open(): Promise<Workspace> {
    const program = await ensureTerraform();
    const workspace = new Workspace(await mkdtemp(join(tmpdir(), 'terraform-')), program);
    const mirror = await providerMirror();
    // A lock file contains the real providers' checksums, which do not match the stubs, so it is not copied.
    const filter = (path: string): boolean => !/[\\/](\.terraform.*|node_modules|stub-provider|test)$/.test(path);
    for (const directory of ['terraform', 'argocd'])
      await cp(join(project, directory), join(workspace.#directory, directory), { recursive: true, filter });
    for (const configuration of Object.keys(LACKING)) {
      if ((await whyUntestable(configuration)) === undefined) continue;
      for await (const file of glob('tests/*.tftest.hcl', { cwd: workspace.path(configuration) }))
        await rm(workspace.path(configuration, file));
    }
    await writeFile(
      join(workspace.#directory, 'terraform.rc'),
      `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`,
    );
    return workspace;
  }

  /** A directory or file of the copy. */
  path(...parts: string[]): string {
    return join(this.#directory, 'terraform', ...parts);
  }

  /** Runs Terraform in a configuration, after `init`, which needs no network here. */
  async run(configuration: string, ...args: string[]): Promise<Outcome> {
    if (!this.#ready.has(configuration)) {
      // The state is a file of the copy, whatever backend the root names.
      if (isRoot(configuration))
        await writeFile(this.path(configuration, 'backend_override.tf'), 'terraform {\n  backend "local" {}\n}\n');
      const { exitCode, output } = await this.#terraform(configuration, 'init', '-input=false');
      if (exitCode !== 0) throw new Error(`terraform init in ${configuration}:\n${output}`);
      this.#ready.add(configuration);
    }
    return this.#terraform(configuration, ...args);
  }

  /** Like {@link run}, but throws an error with the output if it fails. */
  async succeed(configuration: string, ...args: string[]): Promise<string> {
    const { exitCode, output } = await this.run(configuration, ...args);
    if (exitCode !== 0) throw new Error(`terraform ${args.join(' ')} in ${configuration}:\n${output}`);
    return output;
  }

  /**
   * Changes a file of the copy.
   * @returns a function that undoes the change
   */
  async edit(file: string, change: (text: string) => string): Promise<() => Promise<void>> {
    const path = this.path(file);
    const text = await readFile(path, 'utf8');
    const changed = change(text);
    if (changed === text) throw new Error(`nothing to change in ${file}`);
    await writeFile(path, changed);
    return () => writeFile(path, text);
  }

  /** The changes that `terraform fmt` would make. */
  formatting(): Promise<Outcome> {
    return this.#terraform('.', 'fmt', '-check', '-diff', '-recursive');
  }

  async #terraform(configuration: string, ...args: string[]): Promise<Outcome> {
    const result = await execa(this.#program, [`-chdir=${this.path(configuration)}`, ...args, '-no-color'], {
      all: true,
      reject: false,
      stdin: 'ignore',
      env: {
        TF_CLI_CONFIG_FILE: join(this.#directory, 'terraform.rc'),
        TF_IN_AUTOMATION: 'true',
        CHECKPOINT_DISABLE: 'true',
      },
    });
    return { exitCode: result.exitCode ?? 1, output: result.all ?? '' };
  }

  close(): Promise<void> {
    return rm(this.#directory, { recursive: true, force: true });
  }
}
