import type { Product } from '../../lib/product.ts';

/** What the shop sells. */
export const SEED: readonly Product[] = [
  {
    id: 'enamel-mug',
    name: 'Enamel mug',
    description: 'White enamel on steel, 350 ml. Survives the desk and the campsite.',
    priceCents: 1490,
  },
  {
    id: 'canvas-backpack',
    name: 'Canvas backpack',
    description: 'Waxed canvas, 22 litres, a sleeve for a 15 inch laptop.',
    priceCents: 8900,
  },
  {
    id: 'merino-beanie',
    name: 'Merino beanie',
    description: 'Ribbed merino wool, one size, made to be worn daily.',
    priceCents: 3200,
  },
  {
    id: 'pocket-notebook',
    name: 'Pocket notebook',
    description: '96 dotted pages that lie flat, in a cover of recycled board.',
    priceCents: 950,
  },
  {
    id: 'brass-pen',
    name: 'Brass pen',
    description: 'Turned from one rod. Takes standard refills and a dark patina.',
    priceCents: 4600,
  },
  {
    id: 'wool-blanket',
    name: 'Wool blanket',
    description: 'Woven from undyed wool, 130 by 180 cm, warm without weight.',
    priceCents: 11900,
  },
];
