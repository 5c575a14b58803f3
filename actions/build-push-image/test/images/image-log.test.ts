import { describe, expect, it } from '@jest/globals';
import { ImageLog } from '../../src/images/image-log.ts';

function createLog(concurrent: boolean) {
  const texts: string[] = [];
  return { texts, log: new ImageLog('web', { concurrent, write: (text) => texts.push(text) }) };
}

describe('the log of the only image', () => {
  it('is a group of lines, each printed when it arrives', () => {
    const { texts, log } = createLog(false);
    log.line('#1 one');
    expect(texts.join('')).toBe('::group::web: build log\n#1 one\n');
    log.line('#1 two');
    expect(texts.join('')).toBe('::group::web: build log\n#1 one\n#1 two\n');
    log.progress('built');
    log.end();
    expect(texts.slice(3).join('')).toBe('::endgroup::\nweb: built\n');
  });

  it('shows what the action does between groups', () => {
    const { texts, log } = createLog(false);
    log.line('first');
    log.progress('attempt 2');
    log.line('second');
    log.notice('done');
    expect(texts.join('').split('\n')).toEqual([
      '::group::web: build log',
      'first',
      '::endgroup::',
      'web: attempt 2',
      '::group::web: build log',
      'second',
      '::endgroup::',
      '::notice title=build-push-image::web: done',
      '',
    ]);
  });

  it('has no group without lines', () => {
    const { texts, log } = createLog(false);
    log.progress('copied');
    log.end();
    expect(texts).toEqual(['web: copied\n']);
  });
});

describe('the log of one of several images', () => {
  it("has the image's name before each line, and no group", () => {
    const { texts, log } = createLog(true);
    for (const line of ['#1 one', '', '#1 10%\r#1 20%\r']) log.line(line);
    log.progress('built');
    log.end();
    expect(texts.join('')).toBe('web | #1 one\nweb | #1 10%\nweb | #1 20%\nweb: built\n');
  });
});

it('shows a warning at its line, once', () => {
  const { texts, log } = createLog(true);
  for (const line of [3, 3, 4]) log.warning('bad', { file: 'web/Dockerfile', line });
  expect(texts).toEqual([
    '::warning title=build-push-image,file=web/Dockerfile,line=3::web: bad\n',
    '::warning title=build-push-image,file=web/Dockerfile,line=4::web: bad\n',
  ]);
});

it.each([true, false])('a build step cannot give the runner a command (concurrent: %s)', (concurrent) => {
  const { texts, log } = createLog(concurrent);
  for (const line of ['::set-output name=x::y', '##[error]no', '#1 0.1 x\r::add-mask::e', '::endgroup::'])
    log.line(line);
  const commands = texts
    .join('')
    .split(/[\r\n]+/)
    .filter((line) => /^\s*::|##\[/.test(line));
  expect(commands).toEqual(concurrent ? [] : ['::group::web: build log']);
});
