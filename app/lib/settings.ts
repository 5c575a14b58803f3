import { hostname } from 'node:os';
import type { EnvReader } from './env.ts';
import { LEVELS, type Level } from './log.ts';

/** The settings that every component of the shop reads from its environment. */
export interface ServiceSettings {
  /** Address to listen on; undefined means all addresses, including IPv6 if the machine has it. */
  host: string | undefined;
  /** 0 picks a free port. */
  port: number;
  logLevel: Level;
  /** How long to keep serving after SIGTERM before new connections are refused. */
  drainSeconds: number;
  /** How long open requests may take after that. */
  shutdownSeconds: number;
  /** The release, set by the deployment: an image is tagged after it is built, so it does not know. */
  version: string;
  /** The commit the image was built from. */
  revision: string;
  /** Which replica this is. */
  pod: string;
}

// Valid in a header and in a label of a metric; image tags and semantic versions match.
const WORD = {
  pattern: /^[A-Za-z0-9][\w.+-]{0,127}$/,
  expected: 'at most 128 letters, digits, ".", "_", "+" and "-"',
};

export function readServiceSettings(env: EnvReader): ServiceSettings {
  return {
    host: env.text('HOST', '') || undefined,
    port: env.integer('PORT', { min: 0, max: 65_535, fallback: 8080 }),
    logLevel: env.choice('LOG_LEVEL', LEVELS, 'info'),
    drainSeconds: env.integer('DRAIN_SECONDS', { min: 0, max: 600, fallback: 5 }),
    shutdownSeconds: env.integer('SHUTDOWN_SECONDS', { min: 1, max: 600, fallback: 20 }),
    version: env.matching('APP_VERSION', WORD, 'dev'),
    revision: env.matching('APP_REVISION', WORD, 'unknown'),
    pod: env.text('POD_NAME', hostname()),
  };
}
