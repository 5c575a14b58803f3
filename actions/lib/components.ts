/**
 * Whether a component of a repository, as a tag such as `web-v1.4.2` names it, is the image or the chart of this name. Names may have a path:
 * `web` is `shop/web` and `helm/web`, and `acme/web` of `@acme/web@1.4.2` is any name that ends in `web`.
 */
export const isComponentName = (component: string, name: string): boolean =>
  lastSegment(component) === lastSegment(name);

const lastSegment = (path: string): string => path.slice(path.lastIndexOf('/') + 1).toLowerCase();
