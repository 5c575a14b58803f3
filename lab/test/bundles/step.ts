import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a step that ran left behind. */
export interface StepResult {
  exitCode: number | null;
  /** Standard output and error. */
  log: string;
  outputs: Record<string, string>;
  summary: string;
}

export interface StepOptions {
  /** The action's directory name. */
  action: string;
  inputs: Record<string, string>;
  /** The runner's variables and what else the step's environment has; nothing of this process but PATH and HOME. */
  env: Record<string, string>;
  /** Directory for the files of the run. */
  dir: string;
  /** Called with the process and each piece of its output. */
  onOutput?: (child: ChildProcess, text: string) => void;
  /** Ends a step that takes longer, with exit code `null`. */
  limitSeconds?: number;
}

const root = join(import.meta.dirname, '..', '..', '..');

/** Run an action's committed bundle as a runner does: a process of its own, inputs as variables, outputs in files. */
export async function runStep(options: StepOptions): Promise<StepResult> {
  const dir = await mkdtemp(join(options.dir, 'step-'));
  const [output, summary, temp] = [join(dir, 'output'), join(dir, 'summary'), join(dir, 'temp')];
  await Promise.all([writeFile(output, ''), writeFile(summary, ''), mkdir(temp)]);
  const inputs = Object.entries(options.inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  const child = spawn(process.execPath, [join(root, 'actions', options.action, 'dist', 'index.js')], {
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      RUNNER_TEMP: temp,
      ...options.env,
      ...Object.fromEntries(inputs),
    },
    ...(options.limitSeconds === undefined ? {} : { timeout: options.limitSeconds * 1000, killSignal: 'SIGKILL' }),
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      options.onOutput?.(child, text);
    });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return {
    exitCode,
    log,
    outputs: parseOutputs(await readFile(output, 'utf8')),
    summary: await readFile(summary, 'utf8'),
  };
}

/** The runner's file of outputs: `NAME<<MARK`, the value, `MARK`. */
function parseOutputs(text: string): Record<string, string> {
  const blocks = text.matchAll(/^(?<name>[^\n=<]+)<<(?<mark>\S+)\n(?<value>[\s\S]*?)\n\k<mark>$/gm);
  return Object.fromEntries([...blocks].map(({ groups }) => [groups?.name ?? '', groups?.value ?? '']));
}
