import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { Product } from '../../lib/product.ts';
import type { Listing } from './catalogue.ts';
import { STYLE } from './style.ts';

/** The replica that rendered the page. */
export interface Replica {
  version: string;
  revision: string;
  pod: string;
}

type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

const PRICE = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' });

/** Allows only the page's own style; the hash covers the exact text between the tags. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The shop's only page; without a listing it says that the shop is not open yet. */
export function renderPage(listing: Listing | undefined, { version, revision, pod }: Replica): Html {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Shop ${version}</title>
    <link rel="icon" href="data:,">
    <style>${raw(STYLE)}</style>
  </head>
  <body>
    <header>
      <h1>Shop</h1>
      <span class="version">version ${version}</span>
    </header>
    <main>${listing === undefined ? closed() : products(listing)}</main>
    <footer>Served by <code>${pod}</code>, built from <code>${revision}</code></footer>
  </body>
</html>
`;
}

function closed(): Html {
  return html`<p class="notice">The shop is about to open. Please try again in a moment.</p>`;
}

function products({ products, outdated }: Listing): Html {
  const notice = html`<p class="notice">Prices may have changed since this list was loaded.</p>`;
  return html`${outdated ? notice : ''}<ul>${products.map(card)}</ul>`;
}

function card({ name, description, priceCents }: Product): Html {
  return html`<li><h2>${name}</h2><p>${description}</p><span class="price">${PRICE.format(priceCents / 100)}</span></li>`;
}
