import { toInputEnv } from '../../../../scripts/test-support/bundle.ts';
import { readSettings, type Settings } from '../../src/inputs/inputs.ts';

/** The settings of a step that releases `v1.1.0`, or what the inputs say. */
export const settings = (inputs: Record<string, string> = {}, env: Record<string, string> = {}): Promise<Settings> =>
  readSettings({ ...env, ...toInputEnv({ tag: 'v1.1.0', token: 't', ...inputs }) });
