import { hash } from 'bcryptjs';
import { stringify } from 'yaml';

/** The registry's own configuration file: https://distribution.github.io/distribution/about/configuration/ */
export function registryConfig(options: {
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
      // Signs upload sessions. Fixed, so that an upload survives a restart.
      secret: options.secret,
      headers: { 'X-Content-Type-Options': ['nosniff'] },
    },
    auth: { htpasswd: { realm: 'lab', path: options.passwordFile } },
  });
}

/**
 * A password file for one user. The registry takes bcrypt alone and computes it for every request; the lowest cost is
 * safe here because the password is 192 random bits.
 */
export async function passwordFile(username: string, password: string): Promise<string> {
  return `${username}:${await hash(password, 4)}\n`;
}
