import type { ExecResult } from '../../../lib/processes/exec.ts';
import type { BrokenDocument } from '../manifests/read.ts';
import type { ChartCopy } from './chart-copy.ts';
import type { Helm, RenderRequest } from './helm.ts';
import { type HelmMessage, parseRenderErrors } from './messages.ts';

/** Why a case was not rendered. */
export interface RenderProblems {
  messages: HelmMessage[];
  /** The documents that Helm could not read after it had rendered them. */
  unreadable: BrokenDocument[];
}

export interface RenderTools {
  helm: Pick<Helm, 'render' | 'copyChart'>;
  /** The file of a template in the chart's directory, by Helm's name of it. */
  templateFile(template: string): string;
  /** The documents that cannot be read in what was rendered. */
  readBroken(text: string): BrokenDocument[];
}

/** A chart with more templates that fail has one cause for all of them. */
const MAX_EMPTIED = 50;

/** A chart that is slow to fail is not asked again and again. */
const SLOW_AFTER_SECONDS = 60;

/** The next faults may be no more than a consequence of what was taken out. */
const FOLLOW_UP = /no template "|template: no template|not defined/;

/**
 * All faults in the templates of a chart, though Helm stops at the first: it is asked again for a copy of the chart in which the template
 * that failed is empty, until it succeeds or speaks of something else.
 * @param first Helm's answer for the chart as it is
 */
export async function collectRenderProblems(
  first: ExecResult,
  request: RenderRequest,
  tools: RenderTools,
): Promise<RenderProblems> {
  const problems: RenderProblems = { messages: [], unreadable: [] };
  const emptied = new Set<string>();
  let copy: ChartCopy | undefined;
  let result = first;
  let attempt = request;
  const started = performance.now();
  while (result.exitCode !== 0) {
    const messages = parseRenderErrors(result.stderr);
    if (emptied.size > 0 && messages.some(({ message }) => FOLLOW_UP.test(message))) break;
    const file = findEmptiableTemplate(messages, tools);
    if (emptied.size > 0 && (file === undefined || emptied.has(file))) break;
    for (const message of messages) problems.messages.push(message);
    // Helm counts the lines of what it rendered; with that text in hand the line of the template can be looked up.
    if (messages.some(({ at }) => at.in === 'rendered'))
      for (const document of tools.readBroken((await tools.helm.render(attempt, true)).stdout))
        problems.unreadable.push(document);
    const seconds = (performance.now() - started) / 1000;
    if (file === undefined || emptied.size >= MAX_EMPTIED || seconds > SLOW_AFTER_SECONDS) break;
    copy ??= await tools.helm.copyChart(request.directory);
    if (!(await copy.empty(file))) break;
    emptied.add(file);
    attempt = { ...request, directory: copy.directory };
    result = await tools.helm.render(attempt);
  }
  return problems;
}

/** The template to go on without. Without a partial, all that include it would fail. */
function findEmptiableTemplate(messages: readonly HelmMessage[], { templateFile }: RenderTools): string | undefined {
  const template = messages[0]?.rendering;
  if (template === undefined || /(?:^|\/)_[^/]*$|\.tpl$/.test(template)) return undefined;
  return templateFile(template);
}
