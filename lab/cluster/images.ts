import { createHash } from 'node:crypto';
import { copyFile, link, mkdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BuilderEndpoint, buildImage } from '../builder/index.ts';
import { fileSystemKey, makeFileSystem, type RootFileSystem } from '../images/rootfs.ts';
import type { Lab } from '../lab.ts';
import { cacheDir } from '../paths.ts';
import { findDigest, type RegistryEndpoint } from '../registries/index.ts';
import { filesBeside } from '../tools/go.ts';
import { toolPath } from '../tools/index.ts';

/** What an image of the cluster is built from; everything in it decides its content. */
export interface ClusterImage {
  repository: string;
  dockerfile: string;
  /** Files of the build context by path, each a program of the tools or a file beside one: their directories carry the version. */
  files?: Record<string, string>;
  /** Files of the build context by path, with their text. */
  texts?: Record<string, string>;
  /** Symbolic links of the build context by path, with what they point to. */
  links?: Record<string, string>;
  /** Unpacked as `rootfs.tar` of the build context. */
  system?: RootFileSystem;
}

/** Holds the namespaces of a pod, doing nothing; busybox also serves tests as a small container with a shell. */
export function pauseImage(): ClusterImage {
  return {
    repository: 'lab/pause',
    dockerfile:
      'FROM scratch\nCOPY busybox /busybox\nUSER 65535:65535\nENTRYPOINT ["/busybox", "sleep", "2147483647"]\n',
    files: { busybox: toolPath('busybox') },
  };
}

export function metricsServerImage(): ClusterImage {
  return {
    repository: 'lab/metrics-server',
    dockerfile: 'FROM scratch\nCOPY metrics-server /metrics-server\nUSER 65534:65534\nENTRYPOINT ["/metrics-server"]\n',
    files: { 'metrics-server': toolPath('metrics-server') },
  };
}

/** Names under which one program is each of Argo CD's components: github.com/argoproj/argo-cd/blob/master/Dockerfile */
const ARGOCD_NAMES = [
  'argocd-server',
  'argocd-repo-server',
  'argocd-cmp-server',
  'argocd-application-controller',
  'argocd-k8s-auth',
];

const argocdSystem: RootFileSystem = {
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

/** Argo CD as its own image has it, and the Redis that it keeps its cache in. */
export function argocdImage(): ClusterImage {
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
    system: argocdSystem,
    files: {
      'bin/argocd': argocd,
      'bin/helm': toolPath('argocd-helm'),
      ...Object.fromEntries(
        ['hack/gpg-wrapper.sh', 'hack/git-verify-wrapper.sh', 'entrypoint.sh'].map((file) => [
          `bin/${file.replace('hack/', '')}`,
          `${argocd}#${file}`,
        ]),
      ),
    },
    links: Object.fromEntries(ARGOCD_NAMES.map((name) => [`bin/${name}`, 'argocd'])),
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

/** The program itself, or with `PROGRAM#FILE` a file of its module that is kept beside it. */
async function resolveFile(source: string): Promise<string> {
  const [program = '', file] = source.split('#');
  const real = await realpath(program);
  return file === undefined ? real : join(filesBeside(real), file);
}

/** Makes sure that `image` is in `registry`, building it when its content changed, and returns its reference by digest. */
export async function ensureImage(
  lab: Lab,
  image: ClusterImage,
  registry: RegistryEndpoint,
  builder: BuilderEndpoint,
  progress: (line: string) => void,
): Promise<string> {
  const files = Object.fromEntries(
    await Promise.all(Object.entries(image.files ?? {}).map(async ([path, from]) => [path, await resolveFile(from)])),
  ) as Record<string, string>;
  const content = [image.dockerfile, files, image.texts, image.links, image.system && fileSystemKey(image.system)];
  const tag = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
  const byDigest = (digest: string) => `${registry.host}/${image.repository}@${digest}`;
  const known = await findDigest(registry, image.repository, tag);
  if (known) return byDigest(known);

  progress(`building ${image.repository}`);
  const context = join(lab.dir, `context-${image.repository.replaceAll('/', '-')}`);
  // A command that was killed may have left it.
  await rm(context, { recursive: true, force: true });
  try {
    const place = async (path: string, put: (target: string) => Promise<void>) => {
      const target = join(context, path);
      await mkdir(dirname(target), { recursive: true });
      await put(target);
    };
    const linkOrCopy = (from: string) => (target: string) => link(from, target).catch(() => copyFile(from, target));
    if (image.system) {
      const tarball = await makeFileSystem(image.system, join(cacheDir(), 'images'), progress, lab.signal);
      await place('rootfs.tar', linkOrCopy(tarball));
    }
    for (const [path, from] of Object.entries(files)) await place(path, linkOrCopy(from));
    for (const [path, text] of Object.entries(image.texts ?? {})) await place(path, (to) => writeFile(to, text));
    for (const [path, to] of Object.entries(image.links ?? {})) await place(path, (target) => symlink(to, target));
    const dockerfile = join(context, 'Dockerfile');
    await writeFile(dockerfile, image.dockerfile);
    const references = [`${registry.host}/${image.repository}:${tag}`];
    await buildImage(builder, { context, dockerfile, references, signal: lab.signal });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  const digest = await findDigest(registry, image.repository, tag);
  if (!digest) throw new Error(`${image.repository}:${tag} was pushed and is not in ${registry.host}`);
  return byDigest(digest);
}
