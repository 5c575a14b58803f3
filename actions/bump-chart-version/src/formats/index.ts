import type { Assignment } from '../yaml/path.ts';
import { markedTextUpdater } from './marked-text.ts';
import { tomlUpdater } from './toml.ts';
import type { Updater } from './updater.ts';

/** The updaters of files that are not YAML. */
const UPDATERS: readonly Updater[] = [tomlUpdater, markedTextUpdater];

/** The updater of an assignment; `undefined` for YAML and JSON. */
export function updaterOf({ file, path }: Assignment): Updater | undefined {
  return file === undefined ? undefined : UPDATERS.find((updater) => updater.handles({ file, path }));
}
