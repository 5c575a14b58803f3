import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import type { StepResult } from '../step.ts';
import { step } from './scene.ts';

/** Nothing here is slow, so a step that takes this long hangs. */
export const STEP_TIMEOUT_MS = 10_000;

export interface HostileResult extends StepResult {
  /** The lines of the log that are findings: `LEVEL FILE:LINE [RULE] MESSAGE`. */
  findings: string[];
  /** The peak memory of the step's process, in MiB. */
  peak: number;
}

/** Runs the step for one Kubernetes version. It must not fail because of a bug. */
export async function scan(
  inputs: Record<string, string> = {},
  env: Record<string, string> = {},
): Promise<HostileResult> {
  let peak = 0;
  const result = await step({ 'kube-versions': '1.36', ...inputs }, env, {
    onOutput({ pid }) {
      peak = Math.max(peak, readPeakMemory(pid));
    },
  });
  expect(result.log).not.toContain('bug in the action');
  return { ...result, findings: result.log.match(/^(?:error|warning|note) .*:\d+ \[.*$/gm) ?? [], peak };
}

/** Source: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html; a process that has ended has no such file. */
function readPeakMemory(pid: number | undefined): number {
  try {
    const [, kilobytes = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) / 1024;
  } catch {
    return 0;
  }
}

export const META = 'apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: "1.0.0"\nkubeVersion: ">=1.30.0-0"\n';
export const DEPENDENCY = 'apiVersion: v2\nname: dep\nversion: 1.0.0\n';
export const MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n';

/** A chart without findings. */
export const CHART = {
  'helm/web/Chart.yaml': META,
  'helm/web/values.yaml': 'x: 1\n',
  'helm/web/values.schema.json': '{"additionalProperties":false,"properties":{"x":{},"global":{},"dep":{}}}',
  'helm/web/templates/map.yaml': MAP,
};
/** A chart with a privileged pod, which must be found whatever else is wrong. */
export const OTHER = {
  'helm/other/Chart.yaml': META.replace('web', 'other'),
  'helm/other/templates/pod.yaml':
    'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ name: a, image: a, securityContext: { privileged: true } }] }\n',
};
