import type { ActResult } from './play.ts';
import { describeTraffic } from './shop/traffic.ts';

interface Row {
  act: string;
  expectation: string;
  measured: string;
  verdict: string;
}

const TITLES: Row = { act: 'Act', expectation: 'Expectation', measured: 'Measured', verdict: 'Verdict' };

/** Breaks a string into lines between words. A word longer than the width is split. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(/\s+/).flatMap((token) => token.match(new RegExp(`.{1,${width}}`, 'gu')) ?? [])) {
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Each column is as wide as its content; the two with sentences share the rest of `width`. */
function formatTable(rows: readonly Row[], width: number): string {
  const longest = (column: keyof Row) => Math.max(...[TITLES, ...rows].map((row) => row[column].length));
  const [act, verdict] = [longest('act'), longest('verdict')];
  const free = Math.max(40, width - act - verdict - 6);
  const expectation = Math.min(longest('expectation'), Math.ceil(free / 2));
  const widths: [keyof Row, number][] = [
    ['act', act],
    ['expectation', expectation],
    ['measured', Math.min(longest('measured'), free - expectation)],
    ['verdict', verdict],
  ];
  const format = (row: Row): string => {
    const cells = widths.map(([column, columnWidth]) => wrap(row[column], columnWidth));
    const height = Math.max(...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, line) =>
      widths
        .map(([, columnWidth], column) => (cells[column]?.[line] ?? '').padEnd(columnWidth))
        .join('  ')
        .trimEnd(),
    ).join('\n');
  };
  const rule = widths.map(([, columnWidth]) => '─'.repeat(columnWidth)).join('  ');
  return [format(TITLES), rule, ...rows.map(format)].join('\n');
}

function toRows({ position, act, expectations, seconds, failure }: ActResult): Row[] {
  const rows = expectations.map(({ what, measured, met }) => ({
    act: '',
    expectation: what,
    measured,
    verdict: met ? '✔ met' : '✘ missed',
  }));
  const ended = { act: '', expectation: 'plays to its end', measured: failure ?? '', verdict: '✘ failed' };
  const all = failure !== undefined && expectations.every(({ met }) => met) ? [...rows, ended] : rows;
  return all.map((row, index) => (index === 0 ? { ...row, act: `${position} ${act} (${seconds.toFixed(1)} s)` } : row));
}

/** The requests of all acts together; undefined if there was no traffic. */
export function totalTraffic(results: readonly ActResult[]): { requests: number; lost: number } | undefined {
  const reports = results.flatMap(({ traffic }) => traffic);
  if (reports.length === 0) return undefined;
  return {
    requests: reports.reduce((sum, { requests }) => sum + requests, 0),
    lost: reports.reduce((sum, { lost }) => sum + lost, 0),
  };
}

/** The table of a run: act, expectation, measured, verdict. */
export function summarize(results: readonly ActResult[], width = process.stdout.columns ?? 160): string {
  const failed = results.flatMap(({ act, failure, traffic }) =>
    failure === undefined ? [] : traffic.map((report) => `Traffic in ${act}: ${describeTraffic(report)}`),
  );
  const all = totalTraffic(results);
  return [
    formatTable(results.flatMap(toRows), width),
    ...failed,
    ...(all === undefined
      ? []
      : [`${all.requests.toLocaleString('en')} requests in all acts together, ${all.lost} lost`]),
  ].join('\n');
}
