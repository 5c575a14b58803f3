import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findMountsUnder, parseMounts } from '../../builder/mounts.ts';
import { toolPath } from '../../tools/index.ts';
import { runTool } from '../../tools/run.ts';
import { type ClusterLayout, NAMESPACES_DIRECTORY, NETWORK } from '../layout.ts';

/** The beginning of a command line that runs the rest of it elsewhere. */
export interface CommandPrefix {
  command: string;
  args: readonly string[];
}

/** Runs a program in the cluster's network. nsenter(1) replaces itself with the program, so there is no extra process. */
export function insideNetwork(layout: ClusterLayout): CommandPrefix {
  return { command: toolPath('nsenter'), args: [`--net=${layout.networkNamespace}`] };
}

/** Runs a program on the node: in the cluster's network, with the node's mounts. */
export function insideNode(layout: ClusterLayout): CommandPrefix {
  const { command, args } = insideNetwork(layout);
  return { command, args: [...args, `--mount=${layout.mountNamespace}`] };
}

/**
 * Directories that containerd, CNI plug-ins and the kubelet use regardless of their configuration, each with the lab's
 * directory that is mounted there. On this machine they stay empty and are never removed: that would remove the mount of
 * another lab's node, and the mounts of a namespace in which no process runs cannot be listed.
 */
const getHostDirectories = (layout: ClusterLayout): Record<string, string> => ({
  '/run/containerd': layout.containerdRun,
  '/var/lib/cni': layout.cni,
  '/var/lib/kubelet': layout.kubelet,
  '/var/log/containers': join(layout.podLogs, 'containers'),
});

/** Kernel settings of the whole machine that the kubelet sets when it starts: k8s.io/kubernetes/pkg/kubelet/cm/container_manager_linux.go */
const KERNEL_SETTINGS = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
] as const;

function isMounted(path: string): boolean {
  return findMountsUnder(join(path, '..'), readFileSync('/proc/self/mountinfo', 'utf8')).includes(path);
}

/**
 * Creates the two namespaces of the cluster unless they exist: one for the network, with the node's address, and one for the
 * node's mounts. Both are mounted as files, so that they exist even if no process runs in them.
 */
export async function ensureNamespaces(layout: ClusterLayout): Promise<void> {
  // Written at the end: without it, the namespaces are incomplete because the set-up was killed.
  const complete = join(layout.namespaces, 'complete');
  if (isMounted(layout.networkNamespace) && isMounted(layout.mountNamespace) && existsSync(complete)) return;
  await removeNamespaces(layout);
  await rm(complete, { force: true });
  const run = (action: string, command: string, ...args: string[]) => runTool(command, args, { action });

  await mkdir(layout.namespaces, { recursive: true, mode: 0o700 });
  // A mount namespace can only be mounted on a mount with private propagation: unshare(1).
  await run('preparing namespaces', 'mount', '--bind', layout.namespaces, layout.namespaces);
  await run('preparing namespaces', 'mount', '--make-private', layout.namespaces);
  await writeFile(layout.networkNamespace, '');
  await writeFile(layout.mountNamespace, '');

  const unshare = toolPath('unshare');
  await run('creating the cluster’s network', unshare, `--net=${layout.networkNamespace}`, 'true');
  const inside = insideNetwork(layout);
  const ip = (...args: string[]) =>
    run('setting up the cluster’s network', inside.command, ...inside.args, realpathSync(toolPath('ip')), ...args);
  await ip('link', 'set', 'lo', 'up');
  await ip('address', 'add', `${NETWORK.nodeAddress}/32`, 'dev', 'lo');
  // Files in /proc/sys/net are those of the process's network namespace.
  const settings = ['net/ipv4/ip_forward', 'net/ipv4/conf/all/route_localnet'].map((name) => `/proc/sys/${name}`);
  await run(
    'setting up the cluster’s network',
    inside.command,
    ...inside.args,
    'sh',
    '-c',
    'for f; do echo 1 > "$f"; done',
    'sh',
    ...settings,
  );

  const directories = getHostDirectories(layout);
  for (const [hostPath, labPath] of Object.entries(directories)) {
    await mkdir(labPath, { recursive: true, mode: 0o755 });
    await mkdir(hostPath, { recursive: true });
  }
  await run(
    'creating the node’s mounts',
    unshare,
    `--mount=${layout.mountNamespace}`,
    '--propagation=slave',
    'sh',
    join(import.meta.dirname, 'namespaces.sh'),
    join(layout.dir, 'kernel-settings'),
    ...Object.entries(directories).map(([hostPath, labPath]) => `${labPath}=${hostPath}`),
    '--',
    ...KERNEL_SETTINGS,
  );
  await unmountInheritedNamespaces(layout);
  await writeFile(complete, '');
}

/**
 * Unmounts all namespaces that are mounted as files from the node's mounts, which start as a copy of this machine's. While
 * they contain another lab's network, that lab could not remove it.
 */
async function unmountInheritedNamespaces(layout: ClusterLayout): Promise<void> {
  const { command, args } = insideNode(layout);
  const run = (...program: string[]) =>
    runTool(command, [...args, ...program], { action: 'creating the node’s mounts', stdoutOnly: true });
  const findMounts = async () => findNamespaceMounts(await run('cat', '/proc/self/mountinfo'));
  for (const path of await findMounts()) {
    await run('umount', '--lazy', path).catch(async (error: unknown) => {
      // Its lab may have unmounted it concurrently, which also affects this namespace.
      if ((await findMounts()).includes(path)) throw error;
    });
  }
}

/**
 * The paths to unmount so that no namespace remains, from the content of a mountinfo file: the namespace directories of labs,
 * including an empty one whose lab is starting or stopping, and namespaces that are mounted elsewhere.
 */
export function findNamespaceMounts(mountinfo: string): string[] {
  const mounts = parseMounts(mountinfo);
  const directories = mounts.filter(({ path }) => path.endsWith(NAMESPACES_DIRECTORY)).map(({ path }) => path);
  const files = mounts.filter(({ path, type }) => type === 'nsfs' && !directories.includes(dirname(path)));
  return [...new Set([...directories, ...files.map(({ path }) => path)])].reverse();
}

/** Unmounts both namespaces. The kernel removes their mounts and network with the last process in them. */
export async function removeNamespaces(layout: ClusterLayout): Promise<void> {
  const mounts = findMountsUnder(layout.dir, readFileSync('/proc/self/mountinfo', 'utf8'));
  const paths = mounts.filter((path) => path === layout.namespaces || path.startsWith(`${layout.namespaces}/`));
  for (const path of paths) await runTool('umount', ['--lazy', path], { action: 'removing namespaces' });
}
