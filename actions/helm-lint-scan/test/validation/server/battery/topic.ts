/**
 * Objects, each with one mistake that people make or with something unusual that is right, and what kube-apiserver 1.34
 * says of them; index.ts has what 1.37 says otherwise. lab/test/bundles/helm-lint-scan/server.real.test.ts asks a real one.
 */
export interface Topic {
  name: string;
  /** The whole object for the fields of a row, as YAML. */
  object(fields: string): string;
  refused: readonly string[];
  accepted: readonly string[];
}

const CONTAINER = 'name: web, image: web';
const LABELS = 'metadata: { labels: { app: web } }';

/** An object of a type such as apps/v1/Deployment with more fields beside its metadata. */
export const objectOf =
  (type: string, metadata = 'name: web') =>
  (fields: string): string => {
    const slash = type.lastIndexOf('/');
    const rest = fields === '' ? '' : `, ${fields}`;
    return `{ apiVersion: ${type.slice(0, slash)}, kind: ${type.slice(slash + 1)}, metadata: { ${metadata} }${rest} }`;
  };

/** An object whose spec has these fields. */
export const specOf =
  (type: string, base = '') =>
  (fields: string): string =>
    objectOf(type)(`spec: { ${[base, fields].filter((part) => part !== '').join(', ')} }`);

const SELECTOR = 'selector: { matchLabels: { app: web } }';
/** The template of a workload, and the selector for its pods. */
export const TEMPLATE = `${SELECTOR}, template: { ${LABELS}, spec: { containers: [{ ${CONTAINER} }] } }`;

/** A Deployment whose pods have these fields. They may replace the containers. */
export const podOf = (fields: string): string => {
  const containers = /(?:^|, )containers:/.test(fields) ? '' : `containers: [{ ${CONTAINER} }], `;
  return specOf('apps/v1/Deployment')(`${SELECTOR}, template: { ${LABELS}, spec: { ${containers}${fields} } }`);
};

/** A Deployment with a container that has these fields; ` | ` precedes fields of the pod. */
export const containerOf = (fields: string): string => {
  const [container = '', pod = ''] = fields.split(' | ');
  return podOf(`containers: [{ ${CONTAINER}, ${container} }], ${pod}`);
};

/** A Pod with these fields. */
export const barePodOf = (fields: string): string => specOf('v1/Pod', `containers: [{ ${CONTAINER} }]`)(fields);

/** The fields of a Job's spec, without those of its template. */
export const JOB = `template: { spec: { restartPolicy: Never, containers: [{ ${CONTAINER} }] } }`;

/** A text of a length. */
export const long = (length: number): string => 'a'.repeat(length);
