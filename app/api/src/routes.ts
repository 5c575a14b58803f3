import { Hono } from 'hono';
import type { Product } from '../../lib/product.ts';

/** What the routes need of the store. */
export interface Products {
  all(): Product[];
  find(id: string): Product | undefined;
}

export function createRoutes(products: Products): Hono {
  const routes = new Hono();
  routes.get('/products', (c) => c.json({ products: products.all() }));
  routes.get('/products/:id', (c) => {
    const id = c.req.param('id');
    const product = products.find(id);
    return product === undefined ? c.json({ error: `there is no product ${id}` }, 404) : c.json(product);
  });
  return routes;
}

/** The store is read for real, so a file that was lost or damaged takes this replica out of service. */
export async function storeReady(products: Products): Promise<string | undefined> {
  return products.all().length === 0 ? 'the store holds no products' : undefined;
}
