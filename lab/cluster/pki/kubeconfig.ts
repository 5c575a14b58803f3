import type { KeyPair } from './index.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Formats a kubeconfig for one user of one cluster, with embedded certificates. JSON is also valid YAML. */
export function createKubeconfig(server: string, authority: string, user: KeyPair): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'lab', cluster: { server, 'certificate-authority-data': base64(authority) } }],
    users: [
      {
        name: 'lab',
        user: { 'client-certificate-data': base64(user.certificate), 'client-key-data': base64(user.key) },
      },
    ],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'lab' } }],
    'current-context': 'lab',
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
