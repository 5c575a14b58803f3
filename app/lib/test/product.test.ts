import { describe, expect, it } from '@jest/globals';
import { parseProducts } from '../product.ts';

const mug = { id: 'mug', name: 'Mug', description: 'Holds tea.', priceCents: 1490 };

describe('parseProducts', () => {
  it('keeps the fields that the page shows and drops the rest', () => {
    expect(parseProducts({ products: [{ ...mug, secret: 1 }] })).toEqual([mug]);
  });

  it.each([
    ['no list', { items: [] }],
    ['a bare list', [mug]],
    ['null', null],
    ['a product that is a string', { products: ['mug'] }],
    ['a product without a name', { products: [{ ...mug, name: undefined }] }],
    ['a price that is a string', { products: [{ ...mug, priceCents: '1490' }] }],
    ['a price with half a cent', { products: [{ ...mug, priceCents: 0.5 }] }],
    ['a negative price', { products: [{ ...mug, priceCents: -1 }] }],
  ])('rejects %s', (_, body) => {
    expect(() => parseProducts(body)).toThrow(TypeError);
  });
});
