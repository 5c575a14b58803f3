import { createHash } from 'node:crypto';
import { copyFile, cp, link, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuilderEndpoint } from '../builder/index.ts';
import { buildImage } from '../builder/index.ts';
import type { Lab } from '../lab.ts';
import { cacheDir, projectDir } from '../paths.ts';
import { findDigest, type RegistryEndpoint } from '../registries/index.ts';
import { nodePackage } from '../tools/table.ts';
import { buildFileSystem, fileSystemKey, makeFileSystem, type RootFileSystem, runtimeFileSystem } from './rootfs.ts';

/** References, by tag and digest, of the images that the shop's Dockerfiles start from. */
export interface BaseImages {
  /** For the final stage: Node alone. */
  base: string;
  /** For build stages: Node, npm and a shell. */
  build: string;
}

const DOCKERFILE = join(import.meta.dirname, 'node.Dockerfile');
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/** Accounts of both images: root, and `node` with the id that the public Node images give it. */
const ETC = {
  passwd: 'root:x:0:0:root:/root:/usr/sbin/nologin\nnode:x:1000:1000:node:/home/node:/usr/sbin/nologin\n',
  group: 'root:x:0:\nnode:x:1000:\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
} as const;

interface Image {
  repository: string;
  target: 'runtime' | 'build';
  system: RootFileSystem;
}

const base: Image = { repository: 'lab/node', target: 'runtime', system: runtimeFileSystem };
const build: Image = { repository: 'lab/node-build', target: 'build', system: buildFileSystem };

/** Makes sure that both base images are in `registry`; builds and pushes those whose content changed. */
export async function ensureBaseImages(
  lab: Lab,
  registry: RegistryEndpoint,
  builder: BuilderEndpoint,
  progress: (line: string) => void,
): Promise<BaseImages> {
  const versions = { node: await npmVersion(nodePackage), npm: await npmVersion('npm') };
  const ensure = async (image: Image) => {
    const tag = versions.node.split('.')[0] ?? '';
    const keyTag = `${versions.node}-${await contentKey(image, versions)}`;
    const reference = `${registry.host}/${image.repository}:${tag}`;
    const digest = await findDigest(registry, image.repository, keyTag);
    if (digest && digest === (await findDigest(registry, image.repository, tag))) return `${reference}@${digest}`;

    const tarball = await makeFileSystem(image.system, join(cacheDir(), 'images'), progress, lab.signal);
    progress(`building ${image.repository}:${tag}`);
    const context = await assembleContext(lab.dir, image, tarball);
    try {
      const references = [reference, `${registry.host}/${image.repository}:${keyTag}`];
      await buildImage(builder, {
        context,
        dockerfile: DOCKERFILE,
        target: image.target,
        references,
        signal: lab.signal,
      });
    } finally {
      await rm(context, { recursive: true, force: true });
    }
    return `${reference}@${await findDigest(registry, image.repository, tag)}`;
  };
  return { base: await ensure(base), build: await ensure(build) };
}

async function npmVersion(name: string): Promise<string> {
  const text = await readFile(join(projectDir, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Hash of all that goes into the image, so that an unchanged image is recognised without building it. */
async function contentKey({ system, target }: Image, versions: Record<string, string>): Promise<string> {
  const hash = createHash('sha256').update(
    JSON.stringify([fileSystemKey(system), target, versions, process.arch, ETC]),
  );
  hash.update(await readFile(DOCKERFILE));
  if (target === 'build') hash.update(await readFile(CERTIFICATES));
  return hash.digest('hex').slice(0, 12);
}

/** A directory with everything that the Dockerfile copies for this image. */
async function assembleContext(labDir: string, { target }: Image, tarball: string): Promise<string> {
  const modules = join(projectDir, 'node_modules');
  const context = join(labDir, `context-${target}`);
  // A command that was killed may have left it.
  await rm(context, { recursive: true, force: true });
  await mkdir(context);
  const linkOrCopy = (from: string, to: string) => link(from, to).catch(() => copyFile(from, to));
  await mkdir(join(context, 'etc'));
  await mkdir(join(context, 'home'));
  for (const [name, text] of Object.entries(ETC)) await writeFile(join(context, 'etc', name), text, { mode: 0o644 });
  await linkOrCopy(tarball, join(context, `${target}.tar`));
  await linkOrCopy(join(modules, nodePackage, 'bin', 'node'), join(context, 'node'));
  if (target === 'build') {
    await cp(join(modules, 'npm'), join(context, 'npm'), { recursive: true });
    await copyFile(CERTIFICATES, join(context, 'ca-certificates.crt'));
    await mkdir(join(context, 'bin'));
    for (const name of ['npm', 'npx']) {
      await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(context, 'bin', name));
    }
  }
  return context;
}
