import { describe, expect, it } from '@jest/globals';
import { errorFields, LEVELS, Log } from '../log.ts';

const logAt = (level: (typeof LEVELS)[number]): { log: Log; lines: string[] } => {
  const lines: string[] = [];
  return { log: new Log(level, { component: 'web' }, (line) => lines.push(line)), lines };
};

describe('Log', () => {
  it.each([
    ['error', ['error']],
    ['warn', ['error', 'warn']],
    ['info', ['error', 'warn', 'info']],
    ['debug', ['error', 'warn', 'info', 'debug']],
  ] as const)('at %s writes %j', (level, written) => {
    const { log, lines } = logAt(level);
    for (const each of LEVELS) log[each]('hello');
    expect(lines.map((line) => JSON.parse(line).level)).toEqual(written);
    expect(LEVELS.filter((each) => log.enabled(each))).toEqual(written);
  });

  it('writes one line of JSON, even for a string with line breaks', () => {
    const { log, lines } = logAt('info');
    log.info('a\nb', { path: '/\n{"level":"error"}' });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toContain('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', msg: 'a\nb', component: 'web' });
  });
});

describe('errorFields', () => {
  it('names the cause', () => {
    const fields = errorFields(new Error('no store', { cause: new Error('disk full') }));
    expect(fields).toMatchObject({ error: 'no store', cause: 'disk full' });
  });

  it('accepts anything that was thrown', () => {
    expect(errorFields('odd')).toEqual({ error: 'odd' });
  });
});
