/** What the workflows of this repository build and deploy: the sample application. Other repositories set inputs instead. */
export const shop = {
  /** The input `images` of build-push-image. The names are the image names in the chart's values. */
  images: ['- name: shop/web', '  file: app/web/Dockerfile', '- name: shop/api', '  file: app/api/Dockerfile', ''].join(
    '\n',
  ),
  chart: 'helm/shop',
} as const;
