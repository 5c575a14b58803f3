import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Loopback addresses of IPv4 and IPv6 as the kernel prints them, least significant byte first: https://man7.org/linux/man-pages/man5/proc_pid_net.5.html */
const LOOPBACK = /^(?:[0-9A-F]{6}7F|0{24}01000000|0{16}FFFF0000[0-9A-F]{6}7F)$/;
const LISTENING = '0A';

/** The sockets on which a process listens, and whether only this machine can reach them. */
export function listeners(pid: number): { address: string; loopback: boolean }[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]];
      } catch {
        // Closed in the meantime.
        return [];
      }
    }),
  );
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === LISTENING && inodes.has(inode))
      .map(([, address = '']) => ({ address, loopback: LOOPBACK.test(address.split(':')[0] ?? '') })),
  );
}
