import { describe, expect, it } from '@jest/globals';
import { defaultVersions } from '../../src/cases/default-versions.ts';
import { parseKubeVersion } from '../../src/cases/kube-version.ts';

describe('a version of Kubernetes', () => {
  it.each([
    ['1.34', { text: '1.34', minor: '1.34', full: '1.34.0' }],
    ['v1.34', { text: '1.34', minor: '1.34', full: '1.34.0' }],
    ['1.34.2', { text: '1.34.2', minor: '1.34', full: '1.34.2' }],
  ])('%s is taken', (text, value) => {
    expect(parseKubeVersion(text)).toEqual({ value });
  });
  it.each(['1', '2.0', '1.034', '1.34.', 'latest', '1.34.2-gke.1', '1.34 '])('%j is refused', (text) => {
    expect(parseKubeVersion(text)).toHaveProperty('problem');
  });
});

describe("the versions of a chart's range", () => {
  const bundled = ['1.37', '1.36', '1.35', '1.34', '1.33'];
  it.each([
    [undefined, ['1.37.0', '1.36.0', '1.35.0']],
    ['>=1.30.0-0', ['1.37.0', '1.36.0', '1.35.0']],
    ['>= 1.30.0-0, < 1.36.0-0', ['1.35.0', '1.34.0', '1.33.0']],
    ['~1.35.3', ['1.35.3']],
    ['1.34.x || 1.36.x', ['1.36.0', '1.34.0']],
    ['>=1.34.0, !=1.36.0', ['1.37.0', '1.36.1', '1.35.0']],
    ['^1.36', ['1.37.0', '1.36.0']],
    ['>=1.99.1', ['1.99.1']],
    ['<1.20.0', ['1.19.0']],
    ['<1.25', ['1.24.0']],
    ['<=1.24.3, !=1.24.0', ['1.24.1']],
    ['<1.20 || >=1.99', ['1.19.0']],
    ['<1.0', ['1.37.0', '1.36.0', '1.35.0']],
    ['>1.24 <1.25', ['1.37.0', '1.36.0', '1.35.0']],
    ['no range', ['1.37.0', '1.36.0', '1.35.0']],
  ])('%s', (range, expected) => {
    expect(defaultVersions(bundled, range).map(({ full }) => full)).toEqual(expected);
  });
});
