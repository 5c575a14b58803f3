import { type Data, dataAt, isData, listAt, stringAt } from '../data.ts';
import { fill } from './fill.ts';

const POD: Data = {
  restartPolicy: 'Always',
  dnsPolicy: 'ClusterFirst',
  terminationGracePeriodSeconds: 30,
  schedulerName: 'default-scheduler',
  securityContext: {},
};

const PROBE: Data = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'];

/**
 * The spec of a pod with the defaults of the API server.
 * @param isPod whether it is that of a Pod; templates have fewer defaults
 */
export function completePod(pod: unknown, isPod: boolean): unknown {
  if (!isData(pod)) return pod;
  const lists = ['containers', 'initContainers'].filter((key) => Array.isArray(pod[key]));
  return {
    ...fill(pod, isPod ? { ...POD, enableServiceLinks: true } : POD),
    ...Object.fromEntries(
      lists.map((key) => [key, listAt(pod, key).map((container) => completeContainer(container, isPod))]),
    ),
  };
}

function completeContainer(container: unknown, isPod: boolean): unknown {
  if (!isData(container)) return container;
  const probes = PROBES.filter((key) => isData(container[key]));
  const limits = dataAt(container, 'resources', 'limits');
  return {
    ...fill(container, {
      imagePullPolicy: pullPolicy(stringAt(container, 'image') ?? ''),
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
      // What is limited is also requested.
      resources: isPod && Object.keys(limits).length > 0 ? { requests: limits } : {},
    }),
    ...(Array.isArray(container.ports) ? { ports: container.ports.map(withProtocol) } : {}),
    ...Object.fromEntries(probes.map((key) => [key, completeProbe(dataAt(container, key))])),
  };
}

const completeProbe = (probe: Data): Data =>
  fill(probe, isData(probe.httpGet) ? { ...PROBE, httpGet: { path: '/', scheme: 'HTTP' } } : PROBE);

const withProtocol = (port: unknown): unknown => (isData(port) ? fill(port, { protocol: 'TCP' }) : port);

/** `Always` for the tag `latest`, which is also that of an image without tag and digest. */
function pullPolicy(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1);
  return !image.includes('@') && (!name.includes(':') || name.endsWith(':latest')) ? 'Always' : 'IfNotPresent';
}
