import { describe, expect, it } from '@jest/globals';
import type { Scope } from '../../src/rules/rule.ts';
import { findingsOf } from '../helpers.ts';

/** Two containers: `web` has the port http (8080), `proxy` the port admin (9000). */
const deployment = (web: string, ports = '{ name: http, containerPort: 8080 }'): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - { name: web, ports: [${ports}], ${web} }
        - { name: proxy, ports: [{ name: admin, containerPort: 9000 }] }
`;
const WEB = 'spec.template.spec.containers[0]';

describe('the port of a probe', () => {
  it.each([
    [
      'livenessProbe: { httpGet: { port: htttp } }',
      'livenessProbe.httpGet.port: livenessProbe of container web uses the port htttp, which the container does not have',
    ],
    [
      'startupProbe: { tcpSocket: { port: https } }',
      'startupProbe.tcpSocket.port: startupProbe of container web uses the port https, which the container does not have',
    ],
    [
      'readinessProbe: { httpGet: { port: admin } }',
      'readinessProbe.httpGet.port: readinessProbe of container web uses the port admin, which the container does not have; that of container proxy does not count',
    ],
    [
      'lifecycle: { preStop: { httpGet: { port: quit } } }',
      'lifecycle.preStop.httpGet.port: lifecycle.preStop of container web uses the port quit, which the container does not have',
    ],
  ])('is a name that the container does not have: %s', (spec, found) => {
    expect(findingsOf('probe-port', deployment(spec))).toEqual([`error ${WEB}.${found}`]);
  });

  it.each([
    ['livenessProbe: { httpGet: { port: http } }'],
    ['livenessProbe: { httpGet: { port: 9999 } }'],
    ['livenessProbe: { httpGet: { port: "9999" } }'],
    ['livenessProbe: { exec: { command: [true] } }'],
    ['livenessProbe: { httpGet: ~ }'],
  ])('is right, or no name: %s', (spec) => {
    expect(findingsOf('probe-port', deployment(spec))).toEqual([]);
  });

  it.each([
    ['httpGet', 'livenessProbe: { httpGet: { port: 8081 } }'],
    ['grpc', 'livenessProbe: { grpc: { port: 8081 } }'],
  ])('is a number that no container declares: %s', (action, spec) => {
    expect(findingsOf('probe-port-undeclared', deployment(spec))).toEqual([
      `note ${WEB}.livenessProbe.${action}.port: livenessProbe of container web uses port 8081, which no container declares`,
    ]);
  });

  it.each([
    ['of this container', 'livenessProbe: { httpGet: { port: 8080 } }'],
    ['of another container', 'livenessProbe: { httpGet: { port: 9000 } }'],
    ['of another host', 'livenessProbe: { httpGet: { port: 8081, host: example.com } }'],
  ])('is a number %s', (_, spec) => {
    expect(findingsOf('probe-port-undeclared', deployment(spec))).toEqual([]);
  });

  it('is a number of a container that declares no ports at all', () => {
    expect(findingsOf('probe-port-undeclared', deployment('livenessProbe: { grpc: { port: 1 } }', ''))).toEqual([]);
  });
});

const SERVICE = `---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ name: http, port: 80, targetPort: 8080 }, { name: grpc, port: 90, targetPort: h2 }] }
`;
const ingress = (service: string): string => `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web }
spec: { rules: [{ http: { paths: [{ backend: { service: { ${service} } } }] } }] }
`;
const route = (backend: string, kind = 'HTTPRoute'): string => `---
apiVersion: gateway.networking.k8s.io/v1
kind: ${kind}
metadata: { name: web }
spec: { rules: [{ backendRefs: [{ ${backend} }] }] }
`;
const webhook = (service: string): string => `---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: web }
webhooks: [{ clientConfig: { service: { namespace: shop, ${service} } } }]
`;
const apiService = (service: string): string => `---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: { name: v1.example.com }
spec: { service: { namespace: shop, ${service} } }
`;
const definition = (service: string): string => `---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: shops.example.com }
spec: { conversion: { webhook: { clientConfig: { service: { namespace: shop, ${service} } } } } }
`;
const PATH = 'spec.rules[0].http.paths[0].backend.service';

describe('the service of a backend', () => {
  it.each([
    [ingress('name: webb'), `${PATH}.name`],
    [route('name: wbe'), 'spec.rules[0].backendRefs[0].name'],
    [route('name: webs', 'GRPCRoute'), 'spec.rules[0].backendRefs[0].name'],
    [webhook('name: wbe'), 'webhooks[0].clientConfig.service.name'],
    [apiService('name: wep'), 'spec.service.name'],
    [definition('name: wep'), 'spec.conversion.webhook.clientConfig.service.name'],
  ])('is probably misspelled (%#)', (text, path) => {
    const [finding, ...others] = findingsOf('backend-missing', SERVICE + text);
    expect(finding).toMatch(/which is not among the rendered resources; did you mean web\?$/);
    expect([finding?.split(':')[0], others]).toEqual([`warning ${path}`, []]);
  });

  it.each([
    ['in a chart', 'chart', 'rendered resources'],
    ['in plain manifests', 'manifests', 'manifests'],
  ] as const)('may come from elsewhere, %s', (_, origin, where) => {
    expect(findingsOf('backend-missing', SERVICE + ingress('name: api, port: { number: 1 }'), { origin })).toEqual([
      `note ${PATH}.name: sends requests to the Service api, which is not among the ${where}`,
    ]);
  });

  it.each<[string, string, Partial<Scope>?]>([
    ['that exists', ingress('name: web')],
    ['that is an action of the controller of AWS', ingress('name: redirect, port: { name: use-annotation }')],
    ['in another namespace', route('name: api, namespace: other')],
    ['in a namespace of which the chart knows nothing', webhook('name: api').replace('shop', 'other')],
    ['that is none', route('name: api, kind: ServiceImport, group: multicluster.x-k8s.io')],
    [
      'of an operator',
      `${ingress('name: shop-api')}---\napiVersion: example.com/v1\nkind: Shop\nmetadata: { name: shop }\n`,
    ],
    [
      'that Kustomize may generate',
      `${ingress('name: api')}---\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamePrefix: x\n`,
    ],
    [
      'whose namespace is given to kubectl',
      `${ingress('name: api')}---\napiVersion: v1\nkind: Service\nmetadata: { name: api, namespace: shop-1 }\n`,
      { origin: 'manifests' },
    ],
  ])('may be one %s', (_, text, more = {}) => {
    expect(findingsOf('backend-missing', SERVICE + text, more)).toEqual([]);
  });
});

describe('the port of a backend', () => {
  it.each([
    [ingress('name: web, port: { number: 81 }'), `error ${PATH}.port.number`],
    [ingress('name: web, port: { name: https }'), `error ${PATH}.port.name`],
    [ingress('name: web, port: { number: 8080 }'), `warning ${PATH}.port.number`],
    [route('name: web, port: 81'), 'error spec.rules[0].backendRefs[0].port'],
    [webhook('name: web'), 'error webhooks[0].clientConfig.service'],
    [webhook('name: web, port: 8080'), 'warning webhooks[0].clientConfig.service.port'],
    [apiService('name: web, port: 443'), 'error spec.service.port'],
  ])('is none of the service (%#)', (text, path) => {
    const found = findingsOf('backend-port', SERVICE + text);
    expect(found.map((finding) => finding.split(':')[0])).toEqual([path]);
    expect(found[0]).toMatch(/sends requests to port \w+ of the Service web, which has no such port/);
  });

  it.each([
    [ingress('name: web, port: { number: 80 }')],
    [ingress('name: web, port: { name: http }')],
    [ingress('name: web')],
    [route('name: web, port: 90')],
    [webhook('name: web, port: 90')],
    [
      `---\napiVersion: v1\nkind: Service\nmetadata: { name: ext }\nspec: { type: ExternalName }\n${ingress('name: ext, port: { number: 1 }')}`,
    ],
  ])('is one of the service (%#)', (text) => {
    expect(findingsOf('backend-port', SERVICE + text)).toEqual([]);
  });

  it('is looked for in mirrors and default backends too', () => {
    const mirror = route('name: web, port: 80').replace(
      'backendRefs',
      'filters: [{ requestMirror: { backendRef: { name: web, port: 5 } } }], backendRefs',
    );
    const fallback = ingress('name: web').replace(
      'rules:',
      'defaultBackend: { service: { name: web, port: { number: 6 } } }, rules:',
    );
    expect(findingsOf('backend-port', SERVICE + mirror + fallback).map((finding) => finding.split(':')[0])).toEqual([
      'error spec.rules[0].filters[0].requestMirror.backendRef.port',
      'error spec.defaultBackend.service.port.number',
    ]);
  });
});

describe('the listener of a route', () => {
  const gateway =
    '---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: { name: edge }\nspec: { listeners: [{ name: https }] }\n';
  const attached = (parent: string): string =>
    `${gateway}${route('name: web').replace('rules:', `parentRefs: [{ ${parent} }], rules:`)}`;

  it('is none of its gateway', () => {
    expect(findingsOf('route-listener', attached('name: edge, sectionName: http'))).toEqual([
      'error spec.parentRefs[0].sectionName: uses the listener http, which the Gateway edge does not have',
    ]);
  });

  it.each([
    'name: edge, sectionName: https',
    'name: edge',
    'name: other, sectionName: http',
    'name: edge, namespace: other, sectionName: http',
    'kind: Service, group: "", name: edge, sectionName: http',
  ])('is right, or that of a gateway elsewhere: %s', (parent) => {
    expect(findingsOf('route-listener', attached(parent))).toEqual([]);
  });
});

describe('a monitor', () => {
  const labeled = SERVICE.replace('name: web }', 'name: web, labels: { app: web } }');
  const monitor = (spec: string, kind = 'ServiceMonitor', metadata = ''): string =>
    `---\napiVersion: monitoring.coreos.com/v1\nkind: ${kind}\nmetadata: { name: web${metadata} }\nspec: { ${spec} }\n`;
  const all = (text: string, more: Partial<Scope> = {}): string[] =>
    ['monitor-selects-nothing', 'monitor-port'].flatMap((id) =>
      findingsOf(id, deployment('image: x') + labeled + text, more),
    );
  const selector = 'selector: { matchLabels: { app: web } }';

  it.each([
    [
      monitor('selector: { matchLabels: { app: wrong } }'),
      'spec.selector: selects no service of the rendered resources',
    ],
    [
      monitor('selector: { matchLabels: { app: wrong } }', 'PodMonitor'),
      'spec.selector: selects no pod of the rendered resources',
    ],
    [
      monitor(`${selector}, namespaceSelector: { matchNames: [shop] }, endpoints: [{ port: metrics }]`),
      'spec.endpoints[0].port: scrapes the port metrics, which no selected service has',
    ],
    [
      monitor(`${selector}, podMetricsEndpoints: [{ port: http }, { port: grpc }]`, 'PodMonitor'),
      'spec.podMetricsEndpoints[1].port: scrapes the port grpc, which no selected pod has',
    ],
  ])('scrapes nothing (%#)', (text, found) => {
    expect(all(text)).toEqual([`warning ${found}`]);
  });

  it.each<[string, string, Partial<Scope>?]>([
    ['of the right name', monitor(`${selector}, endpoints: [{ port: http }, { targetPort: 8080 }]`)],
    ['of all services', monitor('selector: {}, endpoints: [{ port: http }]')],
    ['of the pods', monitor(`${selector}, podMetricsEndpoints: [{ port: admin }]`, 'PodMonitor')],
    ['of any namespace', monitor('selector: { matchLabels: { app: other } }, namespaceSelector: { any: true }')],
    [
      'of another namespace',
      monitor('selector: { matchLabels: { app: other } }, namespaceSelector: { matchNames: [other] }'),
    ],
    [
      'of its own namespace, which is another',
      monitor('selector: { matchLabels: { app: other } }', 'ServiceMonitor', ', namespace: other'),
    ],
    [
      'of kube-system',
      monitor('selector: { matchLabels: { app: other } }', 'ServiceMonitor', ', namespace: kube-system'),
      { origin: 'manifests' },
    ],
    [
      'of an operator',
      `${monitor('selector: { matchLabels: { prometheus: main } }')}---\napiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: { name: main }\n`,
    ],
  ])('may scrape the port %s', (_, text, more = {}) => {
    expect(all(text, more)).toEqual([]);
  });
});
