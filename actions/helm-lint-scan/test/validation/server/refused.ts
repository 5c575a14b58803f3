import { checkAsServer } from '../../../src/validation/server/index.ts';
import { resourcesIn } from '../../helpers.ts';

/** The messages about the objects of a text. */
export const refused = (text: string, minor = 34): string[] =>
  resourcesIn(text).flatMap((resource) => checkAsServer(resource, { minor }).map(({ message }) => message));

/** A Deployment whose pods have these fields. Without containers it has a valid one. */
export const deploymentOf = (pod: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { ${pod.includes('containers: [{ name: web') ? pod : `containers: [{ name: web, image: web }], ${pod}`} }
`;

/** A Deployment whose container has these fields. */
export const containerWith = (fields: string, pod = ''): string =>
  deploymentOf(`containers: [{ name: web, image: web, ${fields} }], ${pod}`);

export const POD = 'spec.template.spec';
export const CONTAINER = `${POD}.containers[0]`;
