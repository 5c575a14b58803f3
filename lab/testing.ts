import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuilderEndpoint, getBuilderEnv, startBuilder } from './builder/index.ts';
import { clearLab } from './lifecycle/down.ts';
import { requireLinuxRoot } from './lifecycle/platform.ts';
import { type RegistryEndpoint, startRegistry } from './registries/index.ts';
import { LabState } from './services/state.ts';
import { Supervisor } from './services/supervisor.ts';
import { ensureTools, type ToolName, toolsEnv } from './tools/index.ts';

/** Real services for one test file, in a separate directory. */
export interface TestServices {
  dir: string;
  registries: RegistryEndpoint[];
  /** Only with `builder: true`. */
  builder?: BuilderEndpoint;
  /** Environment in which `docker buildx` finds that builder and its logins. */
  env: Record<string, string>;
  /** Stops everything and deletes the directory. */
  stop(): Promise<void>;
}

/** Starts `registry` registries and, with `builder`, a builder that is logged in to them. Needs Linux and root. */
export async function startTestServices(options: { registry?: number; builder?: boolean } = {}): Promise<TestServices> {
  requireLinuxRoot();
  const needed: ToolName[] = [
    'docker-registry',
    ...(options.builder ? (['runc', 'buildkitd', 'docker'] as const) : []),
  ];
  await ensureTools(needed);
  const dir = await mkdtemp(join(tmpdir(), 'lab-test-'));
  const state = LabState.load(dir);
  const lab = { dir, state, supervisor: new Supervisor(state) };
  const stop = () => clearLab(dir);
  try {
    const names = Array.from({ length: options.registry ?? 0 }, (_, index) => `test-${index + 1}`);
    const registries = await Promise.all(names.map((name) => startRegistry(lab, name)));
    if (!options.builder) return { dir, registries, env: toolsEnv(), stop };
    const builder = await startBuilder(lab, registries);
    return { dir, registries, builder, env: getBuilderEnv(builder), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
