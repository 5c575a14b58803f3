import { sep } from 'node:path';
import { relativeInside } from '../../../lib/files/workspace.ts';
import { isRemote } from '../inputs/remote-context.ts';
import type { BuildPlan } from './arguments.ts';

/** What a build check found in a Dockerfile: https://docs.docker.com/reference/build-checks/ */
export interface CheckWarning {
  message: string;
  /** 1-based. */
  line: number | undefined;
  /** Describes the check. */
  url: string | undefined;
}

/** The path of an image's Dockerfile in the workspace, as annotations need it; `undefined` for one that is not there. */
export function findDockerfile({ image, workspace }: Pick<BuildPlan, 'image' | 'workspace'>): string | undefined {
  if (isRemote(image.context)) return undefined;
  return relativeInside(workspace, image.file)?.split(sep).join('/');
}

/**
 * The findings of build checks, which buildx lists at the end of its log, also for a failed build. (Its metadata file has them too, but there is
 * none when the build fails.) https://github.com/docker/buildx/blob/v0.38.2/commands/build.go, `printWarnings`
 */
export function parseCheckWarnings(log: string): CheckWarning[] {
  const lines = log.split(/\r?\n/).map((line) => line.replaceAll(COLOUR, ''));
  const title = lines.findLastIndex((line) => /^ \d+ warnings? found/.test(line));
  if (title < 0) return [];
  const rest = lines.slice(title + 1);
  const end = rest.findIndex((line) => !line.startsWith(' - '));
  const messages = rest.slice(0, end < 0 ? undefined : end).map((line) => line.slice(' - '.length));
  // Each platform has the same findings.
  return [...new Set(messages)].map(parseMessage);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the title is yellow, whether a terminal shows it or not.
const COLOUR = /\x1b\[[\d;]*m/g;

/** `JSONArgsRecommended: JSON arguments recommended for CMD (line 4)` */
function parseMessage(text: string): CheckWarning {
  const line = / \(line (\d+)\)$/.exec(text);
  const name = /^([A-Z][A-Za-z]+): /.exec(text)?.[1];
  return {
    message: line === null ? text : text.slice(0, line.index),
    line: line === null ? undefined : Number(line[1]),
    url: name === undefined ? undefined : `https://docs.docker.com/go/dockerfile/rule/${toKebabCase(name)}/`,
  };
}

const toKebabCase = (name: string): string =>
  name
    .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();

/** GitHub shows ten warnings of a step: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands */
const MAX_WARNINGS = 10;

/** The part of a build's log that shows findings. */
interface WarningLog {
  warning(text: string, location?: { file: string; line: number }): void;
  progress(text: string): void;
}

/** Show the findings at their lines. */
export function reportCheckWarnings(plan: BuildPlan, warnings: readonly CheckWarning[], log: WarningLog): void {
  const file = findDockerfile(plan);
  for (const { message, line, url } of warnings.slice(0, MAX_WARNINGS))
    log.warning(
      url === undefined ? message : `${message}\n${url}`,
      file === undefined || line === undefined ? undefined : { file, line },
    );
  const more = warnings.length - MAX_WARNINGS;
  if (more > 0) log.progress(`${more} more findings of build checks are at the end of the build log`);
}
