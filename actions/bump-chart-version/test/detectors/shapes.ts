import { DIGEST, OLD_DIGEST } from '../helpers.ts';

const hex = (digest: string): string => digest.slice('sha256:'.length);

/** The image that every shape names. */
export const REPOSITORY = 'ghcr.io/acme/web';

/** A file with %T for the tag, %D for the digest and %H for its hex digits, before and after the change. */
export const oldFile = (text: string): string => fill(text, '1.4.1', OLD_DIGEST);
export const newFile = (text: string): string => fill(text, '1.4.2', DIGEST);

const fill = (text: string, tag: string, digest: string): string =>
  text.replaceAll('%T', tag).replaceAll('%D', digest).replaceAll('%H', hex(digest));

/** By detector, what it finds: a title and a file. */
export const SHAPES: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'repository and tag': [
    ['repository, tag and digest', 'image:\n  repository: ghcr.io/acme/web\n  tag: "%T"\n  digest: %D\n'],
    ['with a registry', 'image: {registry: ghcr.io, repository: acme/web, tag: "%T", digest: "%D"}\n'],
    ['image and tag, as in ingress-nginx', 'image: {registry: ghcr.io, image: acme/web, tag: "%T", digest: "%D"}\n'],
    ['name and tag', 'web: {name: ghcr.io/acme/web, tag: "%T", digest: "%D"}\n'],
    ['repository and version', 'image: {repository: ghcr.io/acme/web, version: "%T", digest: "%D"}\n'],
    ['image and version', 'spec: {image: ghcr.io/acme/web, version: "%T"}\n'],
    ['repository as the parent of image', 'driver: {repository: ghcr.io/acme, image: web, version: "%T"}\n'],
    ['repository as the parent of name', 'web: {registry: ghcr.io, repository: acme, name: web, tag: "%T"}\n'],
    ['a source repository beside the image', 'web: {repository: acme/shop, image: ghcr.io/acme/web, tag: "%T"}\n'],
    ['keys with a prefix', 'webImage: ghcr.io/acme/web\nwebTag: "%T"\nwebDigest: %D\napiTag: 1.0.0\n'],
    ['keys with a prefix and image', 'webImage: ghcr.io/acme/web\nwebImageTag: "%T"\nwebImageDigest: %D\n'],
    [
      'imageRepository and imageTag',
      'imageRegistry: ghcr.io\nimageRepository: acme/web\nimageTag: "%T"\nimageSha: %H\n',
    ],
    ['imageName and imageTag', 'imageName: ghcr.io/acme/web\nimageTag: "%T"\n'],
    [
      'keys with hyphens and underscores',
      'a: {image-name: ghcr.io/acme/web, image-tag: "%T"}\nb: {image_name: ghcr.io/acme/web, image_tag: "%T"}\n',
    ],
    ['an item of a list', 'images:\n  - name: web\n    repository: ghcr.io/acme/web\n    tag: "%T"\n    digest: %D\n'],
    ['a sha without its algorithm, as in grafana', 'image: {repository: ghcr.io/acme/web, tag: "%T", sha: "%H"}\n'],
    ['a digest with its @', 'image: {repository: ghcr.io/acme/web, tag: "%T", digest: "@%D"}\n'],
    ['tagDigest', 'image: {repository: ghcr.io/acme/web, tag: "%T", tagDigest: "%D"}\n'],
    ['imageDigest', 'image: {repository: ghcr.io/acme/web, tag: "%T", imageDigest: "%D"}\n'],
    ['a digest in a key of any name', 'image: {repository: ghcr.io/acme/web, tag: "%T", pinnedTo: "%D"}\n'],
    ['several digests', 'image: {repository: ghcr.io/acme/web, tag: "%T", digest: "%D", sha: "%H"}\n'],
    ['a digest in the tag', 'image: {repository: ghcr.io/acme/web, tag: "%T@%D"}\n'],
    ['a digest in the tag, and an unused key', 'image: {repository: ghcr.io/acme/web, tag: "%T@%D", digest: ""}\n'],
    ['a digest instead of the tag', 'image: {repository: ghcr.io/acme/web, tag: "%D"}\n'],
    ['hex digits as the tag', 'image: {repository: ghcr.io/acme/web@sha256, tag: "%H"}\n'],
    ['global.imageRegistry', 'global: {imageRegistry: ghcr.io}\nimage: {repository: acme/web, tag: "%T"}\n'],
    [
      'global.image.registry',
      'global: {image: {registry: ghcr.io}}\na: {b: {registry: "", repository: acme/web, tag: "%T"}}\n',
    ],
    ['imageRegistry', 'imageRegistry: ghcr.io\nlist: [{repository: acme/web, tag: "%T"}]\n'],
    [
      'a global registry instead of its own',
      'global: {imageRegistry: ghcr.io}\nimage: {registry: docker.io, repository: acme/web, tag: "%T"}\n',
    ],
    [
      'a global registry by an alias',
      'x: &x ghcr.io\nglobal: {imageRegistry: *x}\nimage: {repository: acme/web, tag: "%T"}\n',
    ],
    [
      'the values of a HelmRelease of Flux',
      'kind: HelmRelease\nspec:\n  values:\n    global: {imageRegistry: ghcr.io}\n    image: {repository: acme/web, tag: "%T"}\n',
    ],
    [
      'helm.valuesObject of an Application',
      'kind: Application\nspec: {sources: [{helm: {valuesObject: {image: {repository: ghcr.io/acme/web, tag: "%T"}}}}]}\n',
    ],
    ['an image beside the name of a chart', 'web: {chart: web, image: ghcr.io/acme/web, version: "%T"}\n'],
    ['a tag in the values of a chart', 'webChart: {repository: ghcr.io/acme/web, tag: "%T", version: 1.0.0}\n'],
    [
      'a name by a merge key',
      'd: &d {repository: ghcr.io/acme/web, tag: "%T"}\na: {<<: *d, tag: "%T"}\nb: {<<: *d, tag: "%T"}\n',
    ],
  ],
  reference: [
    ['a tag', 'image: ghcr.io/acme/web:%T\n'],
    ['a tag and a digest', 'image: "ghcr.io/acme/web:%T@%D"\n'],
    ['a digest', "image: 'ghcr.io/acme/web@%D'\n"],
    ['another key', 'waitImage: ghcr.io/acme/web:%T\ncontainer: ghcr.io/acme/web:%T\n'],
    ['a list', 'extraImages: [ghcr.io/acme/web:%T, r.io/other:1]\nall:\n- ghcr.io/acme/web:%T@%D\n'],
    ['a mapping by name', 'images:\n  web: ghcr.io/acme/web:%T\n  pullPolicy: Always\n'],
    ['an argument', 'args: [--image=ghcr.io/acme/web:%T, --port=80]\n'],
    ['an environment variable', 'env:\n  - {name: MIGRATE_IMAGE, value: "ghcr.io/acme/web:%T@%D"}\n'],
    ['a registry beside it', 'registry: ghcr.io\nimage: acme/web:%T\n'],
    ['a global registry', 'global: {imageRegistry: ghcr.io}\nimage: acme/web:%T\n'],
    ['the tag again beside it', 'a: {image: "ghcr.io/acme/web:%T@%D", tag: "%T"}\n'],
    ['the tag beside a digest', 'webImage: ghcr.io/acme/web@%D\nwebTag: "%T"\n'],
    ['another tag beside it', 'a: {image: "ghcr.io/acme/web:%T", tag: v9}\n'],
    ['a digest beside it', 'image: ghcr.io/acme/web:%T\nimageDigest: %D\n'],
    [
      'kustomize.images of an Application',
      'spec: {source: {kustomize: {images: ["web=ghcr.io/acme/web:%T", "ghcr.io/acme/web:%T@%D"]}}}\n',
    ],
    ['a docker:// URL', 'image: docker://ghcr.io/acme/web:%T\n'],
    [
      'containers of a Deployment',
      'kind: Deployment\nspec:\n  template:\n    spec:\n      initContainers:\n      - name: migrate\n        image: ghcr.io/acme/web:%T\n      containers:\n      - image: ghcr.io/acme/web:%T\n        name: web\n',
    ],
    [
      'a CronJob after another document',
      'kind: Service\n---\nkind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: "ghcr.io/acme/web:%T"}]}}}}}\n',
    ],
    [
      'ephemeral containers and a custom resource',
      'kind: Pod\nspec: {ephemeralContainers: [{image: "ghcr.io/acme/web:%T"}]}\n---\nkind: Shop\nspec: {web: {image: "ghcr.io/acme/web:%T"}}\n',
    ],
    ['an anchor', 'ref: &ref ghcr.io/acme/web:%T\na: {image: *ref}\nb: {image: *ref}\n'],
  ],
  'images of kustomize': [
    ['name and newTag', 'images:\n- name: ghcr.io/acme/web\n  newTag: "%T"\n'],
    ['newName', 'images:\n- name: web\n  newName: ghcr.io/acme/web\n  newTag: "%T"\n  digest: %D\n'],
    ['a digest in newTag', 'images: [{name: ghcr.io/acme/web, newTag: "%T@%D"}]\n'],
    ['only a digest', 'kind: Kustomization\nimages:\n- name: ghcr.io/acme/web\n  digest: %D\n'],
    [
      'only a digest, in a file without a kind',
      'resources: [a.yaml]\nimages: [{name: ghcr.io/acme/web, digest: "%D"}]\n',
    ],
    [
      'a Kustomization of Flux',
      'kind: Kustomization\nspec: {images: [{name: web, newName: ghcr.io/acme/web, newTag: "%T"}]}\n',
    ],
  ],
  parameters: [
    [
      'helm.parameters of an Application',
      'spec:\n  source:\n    helm:\n      parameters:\n      - name: image.repository\n        value: ghcr.io/acme/web\n      - name: image.tag\n        value: "%T"\n      - {name: image.digest, value: "%D"}\n      - {name: api.image.tag, value: 1.0.0}\n',
    ],
    [
      'of an ApplicationSet with sources',
      'spec: {template: {spec: {sources: [{helm: {parameters: [{name: web.image.tag, value: "%T", forceString: true}, {name: web.image.registry, value: ghcr.io}, {name: web.image.repository, value: acme/web}]}}]}}}\n',
    ],
    ['without a prefix', 'parameters: [{name: image, value: ghcr.io/acme/web}, {name: tag, value: "%T"}]\n'],
    [
      'with a global registry',
      'parameters: [{name: global.imageRegistry, value: ghcr.io}, {name: image.repository, value: acme/web}, {name: image.tag, value: "%T@%D"}]\n',
    ],
  ],
};
