import { registryHost } from '../../../lib/images/references.ts';
import type { BuildPlan } from './arguments.ts';
import { findDockerfile } from './dockerfile-checks.ts';
import type { Upload } from './open-uploads.ts';
import { nextStep, parseFailure, ToolError } from './tool-error.ts';

/**
 * The error for a failed build, from its log, with its line in the Dockerfile if BuildKit reports it.
 * @param redact removes secrets from the error; the log is parsed unredacted, because a short secret can be part of any word
 */
export function toBuildError(plan: BuildPlan, log: string, redact: (text: string) => string): ToolError {
  const { kind, message } = parseFailure(log);
  const line = findDockerfileLine(log);
  const file = findDockerfile(plan);
  const step = findFailedStep(log);
  const host = findHost(message) ?? registryHost(plan.repository);
  const correct =
    kind === 'final' && line !== undefined && file !== undefined
      ? `Correct line ${line} of ${file}.`
      : nextStep(kind, host);
  return new ToolError(kind, {
    what: `building ${plan.image.name} failed`,
    why: redact([...step, message].join('\n')),
    next: emulatorStep([...step, message].join('\n'), findPlatform(step, plan), correct),
    location: line === undefined || file === undefined ? undefined : { file, line },
  });
}

/** The error for an upload of which BuildKit has reported nothing for too long. Without the cache, the build can be repeated. */
export function toUploadError(
  { image, repository }: Pick<BuildPlan, 'image' | 'repository'>,
  upload: Upload,
  seconds: number,
): ToolError {
  const host = registryHost(repository);
  const target = upload === 'image' ? `the upload to ${repository}` : 'the upload of the cache';
  const kind = upload === 'image' ? 'transient' : 'cache';
  return new ToolError(kind, {
    what: `building ${image.name} failed`,
    why: `BuildKit has reported nothing of ${target} for ${seconds} s (\`push-timeout\`), so buildx was ended`,
    next:
      upload === 'image'
        ? `All retries failed. Check that ${host} accepts uploads, then run the job again: layers that it has are not sent again. If the upload needs more time, set a higher \`push-timeout\`.`
        : nextStep(kind, host),
  });
}

/** The registry that an error is about: a build can read base images from another registry than the one it pushes to. */
function findHost(message: string): string | undefined {
  const reference = /(?:failed to push|failed to resolve source metadata for) ([^\s:@]+(?::\d+)?\/[^\s:@]+)/.exec(
    message,
  )?.[1];
  return reference === undefined ? undefined : registryHost(reference);
}

/** The platform of a failed step: ` > [linux/arm64 build 2/4] RUN npm ci:`, which names it only if there are several. */
function findPlatform(step: readonly string[], { platforms }: BuildPlan): string | undefined {
  const named = /^ > \[([a-z]\w*\/\w+(?:\/\w+)?) /.exec(step[0] ?? '')?.[1];
  return named ?? (platforms.length === 1 ? platforms[0] : undefined);
}

/** Node's names of architectures that differ from Docker's. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

/**
 * The next step for a failed build step, if the builder lacks an emulator. Linux reports a program of another architecture as `exec format error`; one whose
 * interpreter is of another architecture is "not found".
 */
function emulatorStep(text: string, platform: string | undefined, otherwise: string): string {
  const advice = `run docker/setup-qemu-action before docker/setup-buildx-action, or build ${platform ?? 'the platform'} on a runner of that architecture.`;
  if (/exec format error|\.buildkit_qemu_emulator/i.test(text)) return `R${advice.slice(1)}`;
  const architecture = platform?.split('/')[1];
  const isForeign = architecture !== undefined && architecture !== (ARCHITECTURES[process.arch] ?? process.arch);
  return isForeign && /\bexec:? \S+ (?:stat \S+ )?no such file or directory/.test(text)
    ? `${otherwise} If the builder has no emulator for ${platform}, ${advice}`
    : otherwise;
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
