import { expect, it } from '@jest/globals';
import { isComponentName } from '../components.ts';

it.each([
  ['web', 'web', true],
  ['web', 'shop/web', true],
  ['acme/web', 'helm/Web', true],
  ['web', 'helm/web-api', false],
  ['shop', 'shop/web', false],
])('the component %s is %s: %s', (component, name, expected) => {
  expect(isComponentName(component, name)).toBe(expected);
});
