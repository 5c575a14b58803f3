import { createHash } from 'node:crypto';
import { copyFile, link, mkdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildImage } from '../builder/index.ts';
import type { ImageBuildContext } from '../images/index.ts';
import { ensureRootfs, getRootfsKey, type Rootfs } from '../images/rootfs.ts';
import { cacheDir } from '../paths.ts';
import { findDigest } from '../registries/index.ts';
import { getModuleFilesDir } from '../tools/go.ts';
import { toolPath } from '../tools/index.ts';

/** The sources of an image of the cluster. All of them determine its content. */
export interface ClusterImage {
  repository: string;
  dockerfile: string;
  /** Files of the build context by path: programs of the tools, or files next to one. Their directories contain the version. */
  files?: Record<string, string>;
  /** Generated files of the build context by path. */
  texts?: Record<string, string>;
  /** Symbolic links of the build context by path, with their targets. */
  links?: Record<string, string>;
  /** Becomes `rootfs.tar` in the build context. */
  system?: Rootfs;
}

/** Holds the namespaces of a pod. Tests also use its busybox as a small container with a shell. */
export function getPauseImage(): ClusterImage {
  return {
    repository: 'lab/pause',
    dockerfile:
      'FROM scratch\nCOPY busybox /busybox\nUSER 65535:65535\nENTRYPOINT ["/busybox", "sleep", "2147483647"]\n',
    files: { busybox: toolPath('busybox') },
  };
}

export function getMetricsServerImage(): ClusterImage {
  return {
    repository: 'lab/metrics-server',
    dockerfile: 'FROM scratch\nCOPY metrics-server /metrics-server\nUSER 65534:65534\nENTRYPOINT ["/metrics-server"]\n',
    files: { 'metrics-server': toolPath('metrics-server') },
  };
}

/** Names of Argo CD's components, all links to one program: github.com/argoproj/argo-cd/blob/master/Dockerfile */
const ARGOCD_COMPONENTS = [
  'argocd-server',
  'argocd-repo-server',
  'argocd-cmp-server',
  'argocd-application-controller',
  'argocd-k8s-auth',
];

export const ARGOCD_ROOTFS: Rootfs = {
  name: 'argocd',
  suite: 'bookworm',
  packages: [
    'base-files',
    'ca-certificates',
    'coreutils',
    'dash',
    'git',
    'gpg',
    'gpg-agent',
    'libc-bin',
    'redis-server',
    'tini',
  ],
};

/** Argo CD as in its own image, and Redis for its cache. */
export function getArgocdImage(): ClusterImage {
  const argocd = toolPath('argocd');
  return {
    repository: 'lab/argocd',
    dockerfile: `FROM scratch
ADD rootfs.tar /
COPY etc/ /etc/
COPY --chown=999:0 home/ /home/argocd/
COPY --chown=999:0 app/ /app/
COPY --chmod=0755 bin/ /usr/local/bin/
ENV USER=argocd HOME=/home/argocd PATH=/usr/local/bin:/usr/bin:/bin
USER 999
WORKDIR /home/argocd
`,
    system: ARGOCD_ROOTFS,
    files: {
      'bin/argocd': argocd,
      'bin/helm': toolPath('helm'),
      ...Object.fromEntries(
        ['hack/gpg-wrapper.sh', 'hack/git-verify-wrapper.sh', 'entrypoint.sh'].map((file) => [
          `bin/${file.replace('hack/', '')}`,
          `${argocd}#${file}`,
        ]),
      ),
    },
    links: Object.fromEntries(ARGOCD_COMPONENTS.map((name) => [`bin/${name}`, 'argocd'])),
    texts: {
      'etc/passwd': 'root:x:0:0:root:/root:/usr/sbin/nologin\nargocd:x:999:0:argocd:/home/argocd:/usr/sbin/nologin\n',
      'etc/group': 'root:x:0:\nargocd:x:999:\n',
      'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
      'home/.keep': '',
      'app/config/ssh/ssh_known_hosts': '',
      'app/config/tls/.keep': '',
      'app/config/gpg/source/.keep': '',
      'app/config/gpg/keys/.keep': '',
    },
  };
}

export const REDIS_ROOTFS: Rootfs = {
  name: 'redis',
  suite: 'bookworm',
  packages: [
    ...['base-files', 'bash', 'coreutils', 'dash', 'grep', 'haproxy', 'libc-bin', 'mawk', 'redis-sentinel'],
    ...['redis-server', 'redis-tools', 'sed'],
  ],
};

/** Redis, Sentinel and HAProxy for Argo CD with high availability: Debian's versions, with the users of the published images. */
export function getRedisImage(): ClusterImage {
  return {
    repository: 'lab/redis',
    // The scripts of the manifests are written for a shell with `[[`.
    dockerfile:
      'FROM scratch\nADD rootfs.tar /\nCOPY etc/ /etc/\nCOPY bin/ /usr/local/bin/\nENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/bin\n',
    system: REDIS_ROOTFS,
    links: { 'bin/sh': '/bin/bash', 'bin/awk': '/usr/bin/mawk' },
    texts: {
      'etc/passwd':
        'root:x:0:0:root:/root:/usr/sbin/nologin\nredis:x:1000:1000::/data:/usr/sbin/nologin\nhaproxy:x:99:99::/data:/usr/sbin/nologin\n',
      'etc/group': 'root:x:0:\nredis:x:1000:\nhaproxy:x:99:\n',
      'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
    },
  };
}

/** The program itself or, for `PROGRAM#FILE`, a file of its module. */
async function resolveContextFile(source: string): Promise<string> {
  const [program = '', file] = source.split('#');
  const real = await realpath(program);
  return file === undefined ? real : join(getModuleFilesDir(real), file);
}

/** Ensures that `image` is in the registry, builds it if its content has changed, and returns its reference by digest. */
export async function ensureImage(
  image: ClusterImage,
  { lab, registry, builder, progress }: ImageBuildContext,
): Promise<string> {
  const files = Object.fromEntries(
    await Promise.all(
      Object.entries(image.files ?? {}).map(async ([path, from]) => [path, await resolveContextFile(from)]),
    ),
  ) as Record<string, string>;
  const content = [image.dockerfile, files, image.texts, image.links, image.system && getRootfsKey(image.system)];
  const tag = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
  const byDigest = (digest: string) => `${registry.host}/${image.repository}@${digest}`;
  const existing = await findDigest(registry, image.repository, tag);
  if (existing) return byDigest(existing);

  progress(`building ${image.repository}`);
  const context = join(lab.dir, `context-${image.repository.replaceAll('/', '-')}`);
  // May exist from a command that was killed.
  await rm(context, { recursive: true, force: true });
  try {
    const add = async (path: string, write: (target: string) => Promise<void>) => {
      const target = join(context, path);
      await mkdir(dirname(target), { recursive: true });
      await write(target);
    };
    const linkOrCopy = (from: string) => (target: string) => link(from, target).catch(() => copyFile(from, target));
    if (image.system) {
      const cache = join(cacheDir(), 'images');
      const tarball = await ensureRootfs(image.system, { cache, progress, signal: lab.signal });
      await add('rootfs.tar', linkOrCopy(tarball));
    }
    for (const [path, from] of Object.entries(files)) await add(path, linkOrCopy(from));
    for (const [path, text] of Object.entries(image.texts ?? {})) await add(path, (to) => writeFile(to, text));
    for (const [path, to] of Object.entries(image.links ?? {})) await add(path, (target) => symlink(to, target));
    const dockerfile = join(context, 'Dockerfile');
    await writeFile(dockerfile, image.dockerfile);
    const references = [`${registry.host}/${image.repository}:${tag}`];
    await buildImage(builder, { context, dockerfile, references, signal: lab.signal });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  const digest = await findDigest(registry, image.repository, tag);
  if (!digest) throw new Error(`${image.repository}:${tag} was pushed, but ${registry.host} does not have it`);
  return byDigest(digest);
}
