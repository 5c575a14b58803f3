import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { mountsBelow, parseMounts } from '../builder/mounts.ts';
import { toolPath } from '../tools/index.ts';
import { runTool } from '../tools/run.ts';
import { type ClusterLayout, NAMESPACES, NETWORK } from './layout.ts';

/** The beginning of a command line; what follows it runs where it says. */
export interface CommandPrefix {
  command: string;
  args: readonly string[];
}

/** Runs a program in the cluster's network, in its own process: nsenter(1) puts it in its own place. */
export function insideNetwork(layout: ClusterLayout): CommandPrefix {
  return { command: toolPath('nsenter'), args: [`--net=${layout.networkNamespace}`] };
}

/** Runs a program as part of the node: in the cluster's network, and with the node's mounts. */
export function insideNode(layout: ClusterLayout): CommandPrefix {
  const { command, args } = insideNetwork(layout);
  return { command, args: [...args, `--mount=${layout.mountNamespace}`] };
}

/**
 * Directories that containerd, CNI plug-ins and the kubelet use whatever they are told, each with what the lab gives them for it.
 * On this machine they stay empty, and stay: removing one would pull the mount of another lab's node from under it, and
 * of a namespace that no process runs in yet nobody can tell what it has mounted.
 */
const hostDirectories = (layout: ClusterLayout): Record<string, string> => ({
  '/run/containerd': layout.containerdRun,
  '/var/lib/cni': layout.cni,
  '/var/lib/kubelet': layout.kubelet,
  '/var/log/containers': join(layout.podLogs, 'containers'),
});

/** Kernel settings of the whole machine that the kubelet sets at its start: k8s.io/kubernetes/pkg/kubelet/cm/container_manager_linux.go */
const SETTINGS = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
] as const;

function isMounted(path: string): boolean {
  return mountsBelow(join(path, '..'), readFileSync('/proc/self/mountinfo', 'utf8')).includes(path);
}

/**
 * Makes the two namespaces of the cluster unless they are there: one for the network, with the bridge, and one for the
 * node's mounts. Both are kept as mounted files, so that they are there whatever runs in them.
 */
export async function ensureNamespaces(layout: ClusterLayout): Promise<void> {
  // Written when all is done: what was killed in the middle left namespaces that are not furnished.
  const complete = join(layout.namespaces, 'complete');
  if (isMounted(layout.networkNamespace) && isMounted(layout.mountNamespace) && existsSync(complete)) return;
  await clearNamespaces(layout);
  await rm(complete, { force: true });
  const run = (action: string, command: string, ...args: string[]) => runTool(action, command, args);

  await mkdir(layout.namespaces, { recursive: true, mode: 0o700 });
  // A mount namespace can only be kept on a mount that passes nothing on to others: unshare(1).
  await run('preparing namespaces', 'mount', '--bind', layout.namespaces, layout.namespaces);
  await run('preparing namespaces', 'mount', '--make-private', layout.namespaces);
  await writeFile(layout.networkNamespace, '');
  await writeFile(layout.mountNamespace, '');

  const unshare = toolPath('unshare');
  await run('making the cluster’s network', unshare, `--net=${layout.networkNamespace}`, 'true');
  const inside = insideNetwork(layout);
  const ip = (...args: string[]) =>
    run('setting up the cluster’s network', inside.command, ...inside.args, realpathSync(toolPath('ip')), ...args);
  await ip('link', 'set', 'lo', 'up');
  await ip('link', 'add', NETWORK.bridge, 'type', 'bridge');
  // The address is used at once; nobody else could have it, so IPv6 need not look for doubles.
  await ip('address', 'add', `${NETWORK.nodeAddress}/24`, 'dev', NETWORK.bridge);
  await ip('link', 'set', NETWORK.bridge, 'up');
  // Files below /proc/sys/net are those of the process' own network.
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

  const directories = hostDirectories(layout);
  for (const [host, own] of Object.entries(directories)) {
    await mkdir(own, { recursive: true, mode: 0o755 });
    await mkdir(host, { recursive: true });
  }
  await run(
    'making the node’s mounts',
    unshare,
    `--mount=${layout.mountNamespace}`,
    '--propagation=slave',
    'sh',
    join(import.meta.dirname, 'namespaces.sh'),
    join(layout.dir, 'kernel-settings'),
    ...Object.entries(directories).map(([host, own]) => `${own}=${host}`),
    '--',
    ...SETTINGS,
  );
  await forgetNamespaces(layout);
  await writeFile(complete, '');
}

/**
 * Takes all namespaces that are kept as mounted files out of the node's mounts. These began as a copy of this machine's,
 * and for as long as they hold another lab's network, that lab could not get rid of it.
 */
async function forgetNamespaces(layout: ClusterLayout): Promise<void> {
  const { command, args } = insideNode(layout);
  const run = (...program: string[]) =>
    runTool('making the node’s mounts', command, [...args, ...program], { stdoutOnly: true });
  const left = async () => keptNamespaces(await run('cat', '/proc/self/mountinfo'));
  for (const path of await left()) {
    await run('umount', '--lazy', path).catch(async (error: unknown) => {
      // The lab that it belongs to may have unmounted it meanwhile, here as well.
      if ((await left()).includes(path)) throw error;
    });
  }
}

/**
 * What has to be unmounted so that no namespace is left in `table`, the text of a mountinfo file: the directories in which labs
 * keep theirs, also one that is empty because its lab begins or ends just now, and files that are kept elsewhere.
 */
export function keptNamespaces(table: string): string[] {
  const mounts = parseMounts(table);
  const directories = mounts.filter(({ path }) => path.endsWith(NAMESPACES)).map(({ path }) => path);
  const files = mounts.filter(({ path, type }) => type === 'nsfs' && !directories.includes(dirname(path)));
  return [...new Set([...directories, ...files.map(({ path }) => path)])].reverse();
}

/** Drops both namespaces; what is mounted or set up in them goes with the last process that runs there. */
export async function clearNamespaces(layout: ClusterLayout): Promise<void> {
  const mounts = mountsBelow(layout.dir, readFileSync('/proc/self/mountinfo', 'utf8'));
  const own = mounts.filter((path) => path === layout.namespaces || path.startsWith(`${layout.namespaces}/`));
  for (const path of own) await runTool('dropping namespaces', 'umount', ['--lazy', path]);
}
