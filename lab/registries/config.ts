import { hash } from 'bcryptjs';
import { stringify } from 'yaml';

/** Formats the registry's configuration file: https://distribution.github.io/distribution/about/configuration/ */
export function createRegistryConfig(options: {
  port: number;
  dataDir: string;
  passwordFile: string;
  secret: string;
}): string {
  return stringify({
    version: 0.1,
    log: { level: 'info', formatter: 'text' },
    storage: {
      filesystem: { rootdirectory: options.dataDir },
      delete: { enabled: true },
    },
    http: {
      addr: `127.0.0.1:${options.port}`,
      // Signs upload sessions. Constant, so that an upload survives a restart.
      secret: options.secret,
      headers: { 'X-Content-Type-Options': ['nosniff'] },
    },
    auth: { htpasswd: { realm: 'lab', path: options.passwordFile } },
  });
}

/**
 * Formats an htpasswd file with one user. The registry accepts only bcrypt and computes it for every request; the lowest
 * cost is safe because the password consists of 192 random bits.
 */
export async function createHtpasswd(username: string, password: string): Promise<string> {
  return `${username}:${await hash(password, 4)}\n`;
}
