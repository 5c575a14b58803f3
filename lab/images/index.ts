import { createHash } from 'node:crypto';
import { copyFile, cp, link, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuilderEndpoint } from '../builder/index.ts';
import { buildImage } from '../builder/index.ts';
import type { Lab } from '../lab.ts';
import { cacheDir, projectDir } from '../paths.ts';
import { findDigest, type RegistryEndpoint } from '../registries/index.ts';
import { NODE_PACKAGE } from '../tools/table.ts';
import { BUILD_ROOTFS, ensureRootfs, getRootfsKey, type Rootfs, RUNTIME_ROOTFS } from './rootfs.ts';

/** References, by tag and digest, of the base images of the shop's Dockerfiles. */
export interface BaseImages {
  /** For the final stage: only Node. */
  base: string;
  /** For build stages: Node, npm and a shell. */
  build: string;
}

const DOCKERFILE = join(import.meta.dirname, 'node.Dockerfile');
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/** Accounts in both images: root, and `node` with the same id as in the public Node images. */
const ETC = {
  passwd: 'root:x:0:0:root:/root:/usr/sbin/nologin\nnode:x:1000:1000:node:/home/node:/usr/sbin/nologin\n',
  group: 'root:x:0:\nnode:x:1000:\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
} as const;

interface Image {
  repository: string;
  target: 'runtime' | 'build';
  system: Rootfs;
}

const BASE_IMAGE: Image = { repository: 'lab/node', target: 'runtime', system: RUNTIME_ROOTFS };
const BUILD_IMAGE: Image = { repository: 'lab/node-build', target: 'build', system: BUILD_ROOTFS };

/** What the images of the lab itself are built with, and the registry that they are pushed to. */
export interface ImageBuildContext {
  lab: Lab;
  registry: RegistryEndpoint;
  builder: BuilderEndpoint;
  progress: (line: string) => void;
}

/** Ensures that both base images are in the registry; builds and pushes an image if its content has changed. */
export async function ensureBaseImages({ lab, registry, builder, progress }: ImageBuildContext): Promise<BaseImages> {
  const versions = { node: await readPackageVersion(NODE_PACKAGE), npm: await readPackageVersion('npm') };
  const ensure = async (image: Image) => {
    const tag = versions.node.split('.')[0] ?? '';
    const keyTag = `${versions.node}-${await hashImageContent(image, versions)}`;
    const reference = `${registry.host}/${image.repository}:${tag}`;
    const digest = await findDigest(registry, image.repository, keyTag);
    if (digest && digest === (await findDigest(registry, image.repository, tag))) return `${reference}@${digest}`;

    const tarball = await ensureRootfs(image.system, {
      cache: join(cacheDir(), 'images'),
      progress,
      signal: lab.signal,
    });
    progress(`building ${image.repository}:${tag}`);
    const context = await createBuildContext(lab.dir, image, tarball);
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
  return { base: await ensure(BASE_IMAGE), build: await ensure(BUILD_IMAGE) };
}

async function readPackageVersion(name: string): Promise<string> {
  const text = await readFile(join(projectDir, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Hash of everything in the image, so that an unchanged image is recognized without a build. */
async function hashImageContent({ system, target }: Image, versions: Record<string, string>): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([getRootfsKey(system), target, versions, process.arch, ETC]));
  hash.update(await readFile(DOCKERFILE));
  if (target === 'build') hash.update(await readFile(CERTIFICATES));
  return hash.digest('hex').slice(0, 12);
}

/** Creates the build context: a directory with everything that the Dockerfile copies for this image. */
async function createBuildContext(labDir: string, { target }: Image, tarball: string): Promise<string> {
  const modules = join(projectDir, 'node_modules');
  const context = join(labDir, `context-${target}`);
  // May exist from a command that was killed.
  await rm(context, { recursive: true, force: true });
  await mkdir(context);
  const linkOrCopy = (from: string, to: string) => link(from, to).catch(() => copyFile(from, to));
  await mkdir(join(context, 'etc'));
  await mkdir(join(context, 'home'));
  for (const [name, text] of Object.entries(ETC)) await writeFile(join(context, 'etc', name), text, { mode: 0o644 });
  await linkOrCopy(tarball, join(context, `${target}.tar`));
  await linkOrCopy(join(modules, NODE_PACKAGE, 'bin', 'node'), join(context, 'node'));
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
