import { relative, sep } from 'node:path';
import { hostOf } from '../docker/docker-config.ts';
import type { BuildPlan } from './arguments.ts';
import { type FailureKind, nextStep, readFailure, ToolError } from './tool-error.ts';

/** A failed build, with the place in the Dockerfile where BuildKit knows it. */
export class BuildError extends ToolError {
  override name = 'BuildError';
  /** Relative to the workspace; 1-based line. */
  readonly place: { file: string; line: number } | undefined;

  constructor(kind: FailureKind, parts: ConstructorParameters<typeof ToolError>[1], place: BuildError['place']) {
    super(kind, parts);
    this.place = place;
  }
}

/**
 * The error for a user from a build's log.
 * @param redact takes secrets out of what is shown; the log is read as it is, for a short secret may be part of any word
 */
export function buildFailure(plan: BuildPlan, log: string, redact: (text: string) => string): BuildError {
  const { kind, words } = readFailure(log);
  const line = dockerfileLine(log);
  const file = relative(plan.workspace, plan.image.file).split(sep).join('/');
  return new BuildError(
    kind,
    {
      what: `building ${plan.image.name} failed`,
      why: redact([...failedStep(log), words].join('\n')),
      next:
        kind === 'final' && line !== undefined
          ? `Correct line ${line} of ${file}.`
          : nextStep(kind, concernedHost(words) ?? hostOf(plan.repository)),
    },
    line === undefined ? undefined : { file, line },
  );
}

/** The registry that an error is about: a build reads base images from others than the one it pushes to. */
function concernedHost(words: string): string | undefined {
  const reference = /(?:failed to push|failed to resolve source metadata for) ([^\s:@]+(?::\d+)?\/[^\s:@]+)/.exec(
    words,
  )?.[1];
  return reference === undefined ? undefined : hostOf(reference);
}

/** BuildKit ends with the place of the failure: the file's name and line, a ruler, and the lines around it. */
function dockerfileLine(log: string): number | undefined {
  const line = /^\S+:(\d+)\r?\n-{10,}\r?\n/m.exec(log)?.[1];
  return line === undefined ? undefined : Number(line);
}

/** The most lines of a step's output that go into an error. */
const MOST_LINES = 15;

/** What the failed step printed: the block after ` > [2/4] RUN npm ci:`, between rulers. */
function failedStep(log: string): string[] {
  const lines = log.split(/\r?\n/);
  const start = lines.findLastIndex((line, at) => line.startsWith(' > ') && lines[at - 1] === '------');
  if (start < 0) return [];
  const end = lines.indexOf('------', start);
  const block = lines.slice(start, end < 0 ? undefined : end);
  return block.length <= MOST_LINES ? block : [block[0] ?? '', '…', ...block.slice(1 - MOST_LINES)];
}
