import { type ExecFileException, execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

const ROOT = join(import.meta.dirname, '..');

/** A rendered object. */
// biome-ignore lint/suspicious/noExplicitAny: the shape is Kubernetes' and Argo CD's; here only single fields matter
export type Manifest = any;

/**
 * Renders a chart of this directory and returns its objects by `kind/name`.
 *
 * @throws Error with helm's message if rendering fails
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
    throw new Error(error.code === 'ENOENT' ? 'these tests need helm on the path' : error.stderr, { cause: error });
  });
  const objects = parseAllDocuments(stdout).flatMap((document) => (document.toJS() as Manifest) ?? []);
  return new Map(objects.map((object) => [`${object.kind}/${object.metadata.name}`, object]));
}

/** The application that the root application creates from these values. */
export async function renderShop(values: object = {}): Promise<Manifest> {
  const root = (await render('bootstrap', values)).get('Application/root');
  return (await render('applications', root.spec.source.helm.valuesObject)).get('Application/shop');
}
