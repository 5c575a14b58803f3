import { type ExecFileException, execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

const ROOT = join(import.meta.dirname, '..');

/** A rendered object: the tests look into it as deep as they need. */
// biome-ignore lint/suspicious/noExplicitAny: the shape is Kubernetes' and Argo CD's; here only single fields matter
export type Manifest = any;

/**
 * Renders a chart of this directory and gives its objects by `kind/name`.
 *
 * @throws Error with what helm said when it refuses
 */
export async function render(chart: 'bootstrap' | 'applications', values: object = {}): Promise<Map<string, Manifest>> {
  const run = promisify(execFile)('helm', [
    'template',
    chart,
    join(ROOT, chart),
    '--namespace',
    'argocd',
    '--values',
    '-',
  ]);
  run.child.stdin?.end(JSON.stringify(values));
  const { stdout } = await run.catch((error: ExecFileException) => {
    throw new Error(error.code === 'ENOENT' ? 'these tests need helm on the PATH' : error.stderr, { cause: error });
  });
  const objects = parseAllDocuments(stdout).flatMap((document) => (document.toJS() as Manifest) ?? []);
  return new Map(objects.map((object) => [`${object.kind}/${object.metadata.name}`, object]));
}

/** The application that the root application makes of what it hands on. */
export async function renderShop(values: object = {}): Promise<Manifest> {
  const root = (await render('bootstrap', values)).get('Application/root');
  return (await render('applications', root.spec.source.helm.valuesObject)).get('Application/shop');
}
