import { isRunning } from '../services/processes.ts';
import { LabState, type ServiceRecord } from '../services/state.ts';

export interface ServiceStatus {
  name: string;
  running: boolean;
  pid: number;
  port: number | undefined;
  since: string;
  log: string;
}

/** The recorded services of the lab in `dir`, and whether each still runs. */
export function readServiceStatus(dir: string, runs: (record: ServiceRecord) => boolean = isRunning): ServiceStatus[] {
  return LabState.load(dir).services.map((record) => ({
    name: record.name,
    running: runs(record),
    pid: record.pid,
    port: record.port,
    since: record.since,
    log: record.log,
  }));
}

/** Formats the services as a table. */
export function formatStatus(services: readonly ServiceStatus[]): string {
  if (services.length === 0) return 'The lab is down. Start it with: npm run lab -- up';
  const rows = services.map(({ name, running, pid, port, since }) => [
    name,
    running ? 'running' : 'ended',
    String(pid),
    port === undefined ? '' : `127.0.0.1:${port}`,
    since,
  ]);
  const table = [['SERVICE', 'STATE', 'PID', 'ADDRESS', 'SINCE'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
