import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { CONTENT_SECURITY_POLICY, renderPage } from '../src/page.ts';

const replica = { version: '1.4.2', revision: 'b4c1f2a', pod: 'shop-web-7d9f-x2x' };
const mug = { id: 'mug', name: 'Mug', description: 'Holds tea.', priceCents: 119_900 };

describe('the page', () => {
  it('shows the version, the replica, and each product with its price', async () => {
    const page = String(await renderPage({ products: [mug], outdated: false }, replica));
    expect(page).toContain('version 1.4.2');
    expect(page).toContain('<code>shop-web-7d9f-x2x</code>');
    expect(page).toContain('<code>b4c1f2a</code>');
    expect(page).toContain('<h2>Mug</h2><p>Holds tea.</p><span class="price">€1,199.00</span>');
    expect(page).not.toContain('class="notice"');
  });

  it('shows a notice when the products are outdated', async () => {
    const page = String(await renderPage({ products: [mug], outdated: true }, replica));
    expect(page).toContain('Prices may have changed');
    expect(page).toContain('<h2>Mug</h2>');
  });

  it('says that the shop is not open yet when there are no products', async () => {
    expect(String(await renderPage(undefined, replica))).toContain('about to open');
  });

  it('treats names as text, never as markup', async () => {
    const products = [{ ...mug, name: '<script>alert(1)</script>', description: '"&' }];
    const page = String(await renderPage({ products, outdated: false }, replica));
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toContain('&quot;&amp;');
  });

  it('loads nothing from elsewhere, and allows its own style by hash', async () => {
    const page = String(await renderPage({ products: [mug], outdated: false }, replica));
    const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? '';
    expect(page).not.toMatch(/https?:|url\(/);
    expect(CONTENT_SECURITY_POLICY).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(CONTENT_SECURITY_POLICY).toMatch(/^default-src 'none'; /);
  });
});
