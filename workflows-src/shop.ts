/** What this repository's own runs build and deploy: the sample application. Other repositories give theirs as inputs. */
export const shop = {
  /** For `build-push-image`; the names are the image names in the chart's values. */
  images: ['- name: shop/web', '  file: app/web/Dockerfile', '- name: shop/api', '  file: app/api/Dockerfile', ''].join(
    '\n',
  ),
  chart: 'helm/shop',
} as const;
