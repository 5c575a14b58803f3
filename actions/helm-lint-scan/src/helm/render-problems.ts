import type { ExecResult } from '../../../lib/processes/exec.ts';
import type { BrokenDocument } from '../manifests/read.ts';
import type { ChartCopy } from './chart-copy.ts';
import type { Helm, RenderRequest } from './helm.ts';
import { type HelmMessage, parseRenderErrors } from './messages.ts';

/** Why a case was not rendered. */
export interface RenderProblems {
  messages: HelmMessage[];
  /** The rendered documents that Helm could not parse. */
  unreadable: BrokenDocument[];
}

export interface RenderTools {
  helm: Pick<Helm, 'render' | 'copyChart'>;
  /** The path of a template in the chart's directory, from the name that Helm uses. */
  templateFile(template: string): string;
  /** The documents in the rendered text that cannot be parsed. */
  readBroken(text: string): BrokenDocument[];
}

/** When more templates fail, they have a common cause. */
const MAX_EMPTIED = 50;

/** A chart that fails slowly is not rendered again. */
const SLOW_AFTER_SECONDS = 60;

/** Errors that may only follow from the templates that were emptied. */
const FOLLOW_UP = /no template "|template: no template|not defined/;

/**
 * Every problem in the templates of a chart, although Helm stops at the first: a copy of the chart, in which the template that failed is
 * empty, is rendered until that succeeds or fails for a reason other than a template.
 * @param first the result of rendering the chart unchanged
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
    // Helm reports lines of the rendered text; the text is needed to find the line of the template.
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

/** The template to empty before the next attempt. Never a partial: every template that includes it would fail. */
function findEmptiableTemplate(messages: readonly HelmMessage[], { templateFile }: RenderTools): string | undefined {
  const template = messages[0]?.rendering;
  if (template === undefined || /(?:^|\/)_[^/]*$|\.tpl$/.test(template)) return undefined;
  return templateFile(template);
}
