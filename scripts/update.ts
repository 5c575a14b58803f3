/**
 * Updates committed files that come from outside this repository.
 *
 *   npm run update -- NAME [VERSION]
 *
 * Without a name it lists them. To keep a newer version, change the version in the script.
 */
import { join } from 'node:path';
import { execa } from 'execa';

interface Update {
  /** What is written, and where it comes from. */
  description: string;
  /** From the repository's root. */
  script: string;
  /** Whether the script takes the version of its source as an argument. */
  takesVersion: boolean;
}

export const updates: Readonly<Record<string, Update>> = {
  schemas: {
    description: 'the Kubernetes schemas of helm-lint-scan, from the PyPI package kubernetes-validate (needs Python)',
    script: 'actions/helm-lint-scan/scripts/update-schemas.ts',
    takesVersion: true,
  },
  crds: {
    description: 'the custom resources of helm-lint-scan, from the Go modules of their projects (needs Go)',
    script: 'actions/helm-lint-scan/scripts/update-custom-resources.ts',
    takesVersion: false,
  },
  openapi: {
    description: "GitHub's REST description for the hub, from the npm package @octokit/openapi",
    script: 'lab/hub/scripts/update-openapi.ts',
    takesVersion: true,
  },
  providers: {
    description: 'the schemas of the Terraform providers, from their npm bindings',
    script: 'terraform/scripts/update-schemas.ts',
    takesVersion: false,
  },
  versions: {
    description: 'nothing: it lists newer versions of the programs in versions.ts (needs Go and Python)',
    script: 'scripts/list-outdated.ts',
    takesVersion: false,
  },
  rules: {
    description: 'the table of rules of helm-lint-scan; nothing comes from outside, this is `npm run generate`',
    script: 'scripts/generate.ts',
    takesVersion: false,
  },
};

const list = Object.entries(updates)
  .map(
    ([name, { description, takesVersion }]) =>
      `  ${`${name}${takesVersion ? ' [VERSION]' : ''}`.padEnd(20)}${description}`,
  )
  .join('\n');

/** @returns the script to run and its arguments; throws when there is no such update or it does not take the arguments */
export function parseCommand([name = '', ...args]: readonly string[]): string[] {
  const update = Object.hasOwn(updates, name) ? updates[name] : undefined;
  if (update === undefined) throw new Error(`unknown update: ${name}. Use one of:\n${list}`);
  if (args.length > (update.takesVersion ? 1 : 0))
    throw new Error(`unexpected arguments: npm run update -- ${name}${update.takesVersion ? ' [VERSION]' : ''}`);
  return [update.script, ...args];
}

async function main(args: readonly string[]): Promise<void> {
  if (args.length === 0) {
    console.log(`npm run update -- NAME\n\n${list}`);
    return;
  }
  const root = join(import.meta.dirname, '..');
  const { exitCode } = await execa(process.execPath, parseCommand(args), {
    cwd: root,
    stdio: 'inherit',
    reject: false,
  });
  process.exitCode = exitCode ?? 1;
}

if (import.meta.main) {
  main(process.argv.slice(2)).catch((error: Error) => {
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  });
}
