import { describe, expect, it } from '@jest/globals';
import { HelmError, type Manifest, render } from './helm.ts';

const peerComponents = (peers: Manifest[]): unknown[] =>
  peers.map(({ podSelector }) => podSelector?.matchLabels['app.kubernetes.io/component']);

describe('the network policies', () => {
  it('let everyone connect to web, only on its port', async () => {
    const { spec } = (await render()).get('NetworkPolicy/shop-web');
    expect(spec.ingress).toEqual([{ ports: [{ port: 8080, protocol: 'TCP' }] }]);
  });

  it('let web connect only to api and DNS', async () => {
    const { spec } = (await render()).get('NetworkPolicy/shop-web');
    expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
    const [api, dns, ...others] = spec.egress;
    expect(peerComponents(api.to)).toEqual(['api']);
    expect(dns.ports.map(({ port }: Manifest) => port)).toEqual([53, 53]);
    expect(dns.to[0].podSelector.matchLabels).toEqual({ 'k8s-app': 'kube-dns' });
    expect(others).toEqual([]);
  });

  it('let only web connect to api, and api to nothing', async () => {
    const { spec } = (await render()).get('NetworkPolicy/shop-api');
    expect(spec.ingress).toHaveLength(1);
    expect(peerComponents(spec.ingress[0].from)).toEqual(['web']);
    expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
    expect(spec.egress).toEqual([]);
  });

  it('allow the peers and the egress in the values', async () => {
    const objects = await render({ values: ['ci/exposed-values.yaml'] });
    const web = objects.get('NetworkPolicy/shop-web').spec;
    expect(web.ingress[0].from[0].namespaceSelector.matchLabels['kubernetes.io/metadata.name']).toBe('ingress-nginx');
    expect(web.egress.at(-1).to).toEqual([{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }]);
    const api = objects.get('NetworkPolicy/shop-api').spec;
    expect(api.ingress[0].from).toHaveLength(2);
  });

  it('open the port that the pods listen on', async () => {
    const objects = await render();
    for (const name of ['web', 'api']) {
      const [port] = objects.get(`Deployment/shop-${name}`).spec.template.spec.containers[0].ports;
      const [rule] = objects.get(`NetworkPolicy/shop-${name}`).spec.ingress;
      expect(rule.ports[0].port).toBe(port.containerPort);
    }
  });
});

describe('the services', () => {
  it('stay inside the cluster by default', async () => {
    const objects = await render({ set: ['web.service.nodePort=30080'] });
    for (const name of ['web', 'api']) {
      const { spec } = objects.get(`Service/shop-${name}`);
      expect(spec.type).toBe('ClusterIP');
      expect(spec.ports).toEqual([
        { name: 'http', port: 80, targetPort: 'http', protocol: 'TCP', appProtocol: 'http' },
      ]);
    }
  });

  it('can use a port on every node', async () => {
    const objects = await render({ set: ['web.service.type=NodePort', 'web.service.nodePort=30080'] });
    expect(objects.get('Service/shop-web').spec).toMatchObject({ type: 'NodePort', ports: [{ nodePort: 30080 }] });
  });
});

describe('the ingress', () => {
  it('exists only if enabled', async () => {
    expect([...(await render()).keys()].filter((key) => key.startsWith('Ingress/'))).toEqual([]);
  });

  it('exposes only the page', async () => {
    const objects = await render({ values: ['ci/exposed-values.yaml'] });
    const { spec } = objects.get('Ingress/shop-web');
    expect(spec.ingressClassName).toBe('nginx');
    expect(spec.rules[0].http.paths).toEqual([
      { path: '/', pathType: 'Exact', backend: { service: { name: 'shop-web', port: { name: 'http' } } } },
    ]);
    expect(spec.tls).toEqual([{ secretName: 'shop-tls', hosts: ['shop.example.com'] }]);
  });
});

describe('the service accounts', () => {
  it('can exist already', async () => {
    const objects = await render({ values: ['ci/exposed-values.yaml'] });
    expect(objects.get('Deployment/shop-api').spec.template.spec.serviceAccountName).toBe('existing');
    expect(objects.has('ServiceAccount/existing')).toBe(false);
    expect(objects.get('Deployment/shop-web').spec.template.spec.serviceAccountName).toBe('shop-window');
    expect(objects.get('ServiceAccount/shop-window').metadata.annotations).toEqual({ 'example.com/owner': 'shop' });
  });

  it('must have a name if they exist already', async () => {
    const refused = render({ set: ['api.serviceAccount.create=false'] });
    await expect(refused).rejects.toThrow(HelmError);
    await expect(refused).rejects.toThrow('api.serviceAccount.name is needed when create is false');
  });
});
