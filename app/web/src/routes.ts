import { Hono } from 'hono';
import type { Listing } from './catalogue.ts';
import { CONTENT_SECURITY_POLICY, type Replica, renderPage } from './page.ts';

const PAGE_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

export function createRoutes(catalogue: { listing(): Promise<Listing | undefined> }, replica: Replica): Hono {
  const routes = new Hono();
  routes.get('/', async (c) => {
    const listing = await catalogue.listing();
    const page = renderPage(listing, replica);
    return listing === undefined
      ? c.html(page, 503, { ...PAGE_HEADERS, 'retry-after': '2' })
      : c.html(page, 200, PAGE_HEADERS);
  });
  return routes;
}
