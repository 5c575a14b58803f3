import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { independentCharts } from '../../src/charts/independent-charts.ts';
import { makePlan, type Plan } from '../../src/plan/plan.ts';
import { DIGEST, filesOf, settings } from '../helpers.ts';

const tag = fc.constantFrom('1.0.0', '0.9.0', '1.2.0', '"{{ x }}"', '""');
const shape = fc.constantFrom(
  '',
  'N: {repository: ghcr.io/acme/N, tag: T, digest: ""}\n',
  'N: {repository: acme/N, tag: T}\n',
  'N: {tag: T}\n',
  'N: {image: {repository: ghcr.io/acme/N, tag: T}}\n',
  'N: {image: ghcr.io/acme/N:1.0.0}\n',
  'N: "run ghcr.io/acme/N:1.0.0"\n',
  'N: {repository: ghcr.io/acme/N}\n',
);
const imageOf = (name: string) =>
  fc.tuple(shape, tag).map(([text, old]) => text.replaceAll('N', name).replace('T', old));
const values = fc
  .tuple(
    fc.constantFrom('', 'global: {imageRegistry: ghcr.io}\n', 'global: {imageRegistry: r.io}\n', 'dup: 1\ndup: 2\n'),
    imageOf('web'),
    imageOf('api'),
  )
  .map((parts) => parts.join(''));
const chart = fc.record({
  version: fc.constantFrom('1.0.0', '2.0.0', '0.1.0', '1.0.1-rc.1'),
  appVersion: fc.constantFrom('', 'appVersion: "1.16.0"\n', 'appVersion: 3.0.0\n', 'appVersion: 1.0.0\n'),
  values,
  production: fc.option(values, { nil: undefined }),
});
const cases = fc.record({
  charts: fc.array(chart, { minLength: 2, maxLength: 4 }),
  names: fc.subarray(['web', 'api'], { minLength: 1 }),
  tags: fc.constantFrom(['1.0.1'], ['1.0.1', 'sha-0123456789ab'], ['sha-0123456789ab']),
  version: fc.constantFrom('patch', 'none', '1.0.1', 'follow'),
  create: fc.constantFrom('true', 'false'),
  allowDowngrade: fc.constantFrom('true', 'false'),
});

/** A plan or its problems, without the order of what comes from several charts. */
function outcome(make: () => Plan): unknown {
  try {
    const { files, rollback: _rollback, ...plan } = make();
    const sorted = Object.entries(plan).map(([key, list]) => [key, list.map((item) => JSON.stringify(item)).sort()]);
    return { ...Object.fromEntries(sorted), files: new Map(files.map(({ path, text }) => [path, text])) };
  } catch (error) {
    return (error as { why?: string }).why ?? error;
  }
}

it('charts planned one after the other get what they get together', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ charts, names, tags, version, create, allowDowngrade }) => {
      const request = await settings({
        charts: charts.map((_, index) => `c${index}`).join('\n'),
        'values-files': 'values.yaml\nprod.yaml',
        images: JSON.stringify(
          names.map((name) => ({ name: `acme/${name}`, repository: `ghcr.io/acme/${name}`, digest: DIGEST, tags })),
        ),
        ...{ version, create, 'allow-downgrade': allowDowngrade },
      });
      const files = Object.fromEntries(
        charts.flatMap((own, index) => [
          [`c${index}/Chart.yaml`, `name: c${index}\nversion: ${own.version}\n${own.appVersion}`],
          [`c${index}/values.yaml`, own.values],
          ...(own.production === undefined ? [] : [[`c${index}/prod.yaml`, own.production]]),
        ]),
      );
      // A file outside of all charts, which nothing asks for.
      const together = filesOf({ ...files, 'other.yaml': '' });
      expect(independentCharts(request, filesOf(files))).toBeDefined();
      expect(independentCharts(request, together)).toBeUndefined();
      expect(outcome(() => makePlan(request, filesOf(files)))).toEqual(outcome(() => makePlan(request, together)));
    }),
    { numRuns: 1500 },
  );
});
