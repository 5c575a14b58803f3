import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';

/** The part of JSON Schema that the definitions of Kubernetes use. */
export interface Definition {
  type?: string | string[];
  properties?: Record<string, Definition>;
  additionalProperties?: boolean | Definition;
  required?: string[];
  items?: Definition;
  enum?: unknown[];
  format?: string;
  $ref?: string;
}

/** One minor version of Kubernetes. */
export interface VersionSchemas {
  /** The names of the definitions by `apiVersion/Kind`, such as `apps/v1/Deployment`. */
  kinds: Record<string, string>;
  definitions: Record<string, Definition>;
}

/** The schemas that are bundled with the action, by minor version ("1.34"). */
export interface SchemaStore {
  /** Newest first. */
  minors(): Promise<string[]>;
  /** @returns `undefined` when the version is not among `minors` */
  load(minor: string): Promise<VersionSchemas | undefined>;
}

/** The directory of the action, from its sources or from its bundle: the nearest parent with an `action.yml`. */
export async function findActionDirectory(): Promise<string> {
  for (
    let directory = dirname(fileURLToPath(import.meta.url));
    directory !== dirname(directory);
    directory = dirname(directory)
  ) {
    const exists = await access(join(directory, 'action.yml')).then(
      () => true,
      () => false,
    );
    if (exists) return directory;
  }
  throw new Error('the directory of the action is incomplete: there is no action.yml above its code');
}

const newestFirst = (a: string, b: string): number => Number(b.split('.')[1]) - Number(a.split('.')[1]);

/** The schemas in `schemas/`. Each version is read once, when it is first needed. */
export function createSchemaStore(): SchemaStore {
  const directory = findActionDirectory().then((root) => join(root, 'schemas'));
  // The first caller handles a rejection, not the process.
  directory.catch(() => undefined);
  const loaded = new Map<string, Promise<VersionSchemas | undefined>>();
  const minors = async (): Promise<string[]> =>
    (await readdir(await directory)).flatMap((name) => /^v(1\.\d+)\.json\.br$/.exec(name)?.[1] ?? []).sort(newestFirst);
  const read = async (minor: string): Promise<VersionSchemas | undefined> => {
    if (!(await minors()).includes(minor)) return undefined;
    const compressed = await readFile(join(await directory, `v${minor}.json.br`));
    return JSON.parse((await promisify(brotliDecompress)(compressed)).toString('utf8')) as VersionSchemas;
  };
  return {
    minors,
    load(minor) {
      const known = loaded.get(minor) ?? read(minor);
      loaded.set(minor, known);
      return known;
    },
  };
}
