import { registryHost } from '../../../lib/images/references.ts';
import type { BuildPlan } from './arguments.ts';
import { findDockerfile } from './dockerfile-checks.ts';
import { nextStep, parseFailure, ToolError } from './tool-error.ts';

/**
 * The error for a failed build, from its log, with its line in the Dockerfile if BuildKit reports it.
 * @param redact removes secrets from the error; the log is parsed unredacted, because a short secret can be part of any word
 */
export function toBuildError(plan: BuildPlan, log: string, redact: (text: string) => string): ToolError {
  const { kind, message } = parseFailure(log);
  const line = findDockerfileLine(log);
  const file = findDockerfile(plan);
  const host = findHost(message) ?? registryHost(plan.repository);
  return new ToolError(kind, {
    what: `building ${plan.image.name} failed`,
    why: redact([...findFailedStep(log), message].join('\n')),
    next:
      kind === 'final' && line !== undefined && file !== undefined
        ? `Correct line ${line} of ${file}.`
        : nextStep(kind, host),
    location: line === undefined || file === undefined ? undefined : { file, line },
  });
}

/** The registry that an error is about: a build can read base images from another registry than the one it pushes to. */
function findHost(message: string): string | undefined {
  const reference = /(?:failed to push|failed to resolve source metadata for) ([^\s:@]+(?::\d+)?\/[^\s:@]+)/.exec(
    message,
  )?.[1];
  return reference === undefined ? undefined : registryHost(reference);
}

/** BuildKit's log ends with the location of the failure: the file's name and line, a ruler, and the lines around it. */
function findDockerfileLine(log: string): number | undefined {
  const line = /^\S+:(\d+)\r?\n-{10,}\r?\n/m.exec(log)?.[1];
  return line === undefined ? undefined : Number(line);
}

/** Of a step's output in an error. */
const MAX_LINES = 15;

/** What the failed step printed: the block after ` > [2/4] RUN npm ci:`, between rulers. Of a push it only repeats the error. */
function findFailedStep(log: string): string[] {
  const lines = log.split(/\r?\n/);
  const start = lines.findLastIndex((line, index) => line.startsWith(' > ') && lines[index - 1] === '------');
  if (start < 0 || lines[start]?.startsWith(' > exporting to ')) return [];
  const end = lines.indexOf('------', start);
  const block = lines.slice(start, end < 0 ? undefined : end);
  return block.length <= MAX_LINES ? block : [block[0] ?? '', '…', ...block.slice(1 - MAX_LINES)];
}
