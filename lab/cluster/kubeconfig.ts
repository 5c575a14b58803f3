import type { KeyPair } from './pki.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** The text of a kubeconfig (JSON, which is YAML too) that carries its certificates, for one user of one cluster. */
export function kubeconfig(server: string, authority: string, user: KeyPair): string {
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
