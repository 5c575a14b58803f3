import { expect, it } from '@jest/globals';
import { chartsIn, imagesIn, parseSource, sourceIn, versionIn } from '../../src/commit/trailers.ts';
import { DIGEST } from '../helpers.ts';

it('the trailers of a release are read', () => {
  const message = `x\n\nChart-Version: helm/my shop 1.4.2 (was 1.4.1)\nChart-Version: helm/api 2.0.0\nImage: r.io:5000/web:1.4.2@${DIGEST} (was unset)\nImage: nginx:1 (was :0)`;
  expect(chartsIn(message)).toEqual(['helm/my shop', 'helm/api']);
  expect(versionIn(message, 'helm/api')).toBe('2.0.0');
  expect(versionIn(message, 'helm/other')).toBeUndefined();
  expect(imagesIn(message)).toMatchObject([
    { repository: 'r.io:5000/web', tag: '1.4.2', digest: DIGEST },
    { repository: 'nginx', tag: '1', digest: undefined },
  ]);
});

it.each([
  [`acme/shop@${'a'.repeat(40)}`, { repository: 'acme/shop', commit: 'a'.repeat(40) }],
  ['acme/shop@main', undefined],
  ['acme/shop', undefined],
])('the source %s is read', (text, expected) => {
  for (const end of ['\n', '\r\n']) expect(sourceIn(['x', '', `Source-Commit: ${text}`, 'y'].join(end))).toBe(text);
  expect(parseSource(text)).toEqual(expected);
});
