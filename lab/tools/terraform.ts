import { findCommand } from './debian.ts';
import { type EnsureOptions, ensureTools, getMachinePath, type ToolName, toolNames, toolPath } from './index.ts';

/** The Terraform on the path; undefined if there is none. */
export const findTerraform = (): Promise<string | undefined> => findCommand('terraform', getMachinePath());

/** The program that runs Terraform's configurations: the Terraform on the path, otherwise OpenTofu, which is built if it is missing. */
export async function ensureTerraform(options: EnsureOptions = {}): Promise<string> {
  const own = await findTerraform();
  if (own) return own;
  await ensureTools(['tofu'], options);
  return toolPath('tofu');
}

/** The tools that the tests use on this machine: all, but OpenTofu only where Terraform is missing. */
export async function selectTestTools(): Promise<ToolName[]> {
  const terraform = await findTerraform();
  return toolNames.filter((name) => name !== 'tofu' || !terraform);
}
