import { describe, expect, it } from '@jest/globals';
import { parseProducts } from '../product.ts';

const mug = { id: 'mug', name: 'Mug', description: 'Holds tea.', priceCents: 1490 };

describe('parseProducts', () => {
  it('keeps what the page shows and drops the rest', () => {
    expect(parseProducts({ products: [{ ...mug, secret: 1 }] })).toEqual([mug]);
  });

  it.each([
    ['no list', { items: [] }],
    ['a list alone', [mug]],
    ['null', null],
    ['a product that is text', { products: ['mug'] }],
    ['a product without a name', { products: [{ ...mug, name: undefined }] }],
    ['a price in text', { products: [{ ...mug, priceCents: '1490' }] }],
    ['a price with half a cent', { products: [{ ...mug, priceCents: 0.5 }] }],
    ['a price below nothing', { products: [{ ...mug, priceCents: -1 }] }],
  ])('refuses %s', (_, answer) => {
    expect(() => parseProducts(answer)).toThrow(TypeError);
  });
});
