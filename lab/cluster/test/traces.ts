import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { findMarked, findProcessesWhere, readMounts } from '../../services/processes.ts';
import { parseCgroupMounts } from '../host/cgroups.ts';
import type { ClusterLayout } from '../layout.ts';

const SETTINGS = ['vm/overcommit_memory', 'kernel/panic', 'kernel/panic_on_oops', 'net/ipv4/ip_forward'];

/** Directories that the node's programs use. A lab mounts its own directories there, so that these stay empty. */
const DIRECTORIES = [
  '/run/containerd',
  '/var/lib/cni',
  '/var/lib/kubelet',
  '/var/log/containers',
  '/opt/containerd',
  '/etc/cni',
];

/** Collects everything that a cluster could leave on this machine. Two results are equal if it left nothing. */
export async function collectTraces(labDir: string, layout: ClusterLayout) {
  const rules = await execa('iptables-save', { reject: false, env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin` } });
  return {
    processes: findMarked(labDir).map(({ pid }) => pid),
    /** Processes that see a mount of this lab: its containers, regardless of their environment. */
    inContainers: findProcessesWhere((pid) => readMounts(pid).some((line) => line.includes(layout.dir))).length,
    mounts: readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => line.includes(layout.dir)),
    interfaces: readdirSync('/sys/class/net'),
    routes: readFileSync('/proc/net/route', 'utf8'),
    rules: rules.stdout.replaceAll(/^#.*\n?|\[\d+:\d+\]/gm, ''),
    cgroups: parseCgroupMounts(readFileSync('/proc/self/mounts', 'utf8'))
      .map(({ path }) => join(path, layout.cgroup))
      .filter((path) => existsSync(path)),
    settings: SETTINGS.map((name) => [name, readFileSync(join('/proc/sys', name), 'utf8')]),
    filled: DIRECTORIES.filter((path) => existsSync(path) && readdirSync(path).length > 0),
  };
}
