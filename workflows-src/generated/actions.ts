/** Made from `actions/*\/action.yml` by `npm run generate`; change those. */
import type { Expression } from '../model.ts';

export interface Actions {
  'build-push-image': {
    inputs: {
      /** images */
      images: string;
      /** registry */
      registry: string;
      /** username */
      username?: string;
      /** password */
      password?: string;
      /** tags Default: "sha". */
      tags?: string;
      /** promote-from */
      'promote-from'?: string;
      /** promote-username */
      'promote-username'?: string;
      /** promote-password */
      'promote-password'?: string;
      /** promote Default: "prefer". */
      promote?: string;
      /** platforms */
      platforms?: string;
      /** build-args */
      'build-args'?: string;
      /** labels */
      labels?: string;
      /** annotations */
      annotations?: string;
      /** secrets */
      secrets?: string;
      /** push Default: "true". */
      push?: boolean | Expression;
      /** cache Default: "none". */
      cache?: string;
      /** provenance Default: "mode=max". */
      provenance?: string;
      /** sbom Default: "false". */
      sbom?: boolean | Expression;
      /** reproducible Default: "true". */
      reproducible?: boolean | Expression;
      /** builder */
      builder?: string;
      /** max-parallel Default: "4". */
      'max-parallel'?: number | Expression;
      /** retries Default: "3". */
      retries?: number | Expression;
      /** extra-args */
      'extra-args'?: string;
      /** dry-run Default: "false". */
      'dry-run'?: boolean | Expression;
      /** summary Default: "true". */
      summary?: boolean | Expression;
    };
    outputs: 'images' | 'digests' | 'digest' | 'ref' | 'version' | 'metadata';
  };
  'bump-chart-version': {
    inputs: {
      /** repository */
      repository?: string;
      /** charts */
      charts: string;
      /** version Default: "auto". */
      version?: string;
      /** app-version Default: "auto". */
      'app-version'?: string;
      /** images */
      images?: string;
      /** values */
      values?: string;
      /** values-files Default: "values.yaml". */
      'values-files'?: string;
      /** mode Default: "commit". */
      mode?: string;
      /** branch */
      branch?: string;
      /** commit-message */
      'commit-message'?: string;
      /** pull-request-title */
      'pull-request-title'?: string;
      /** pull-request-labels */
      'pull-request-labels'?: string;
      /** auto-merge Default: "false". */
      'auto-merge'?: boolean | Expression;
      /** allow-downgrade Default: "false". */
      'allow-downgrade'?: boolean | Expression;
      /** create Default: "false". */
      create?: boolean | Expression;
      /** max-attempts Default: "10". */
      'max-attempts'?: number | Expression;
      /** token Default: "${{ github.token }}". */
      token?: string;
      /** dry-run Default: "false". */
      'dry-run'?: boolean | Expression;
      /** summary Default: "true". */
      summary?: boolean | Expression;
    };
    outputs: 'changed' | 'commit' | 'verified' | 'branch' | 'pull-request' | 'pull-request-url' | 'chart-version' | 'previous-chart-version' | 'app-version' | 'files' | 'diff' | 'attempts';
  };
  'create-release': {
    inputs: {
      /** tag */
      tag?: string;
      /** name */
      name?: string;
      /** body */
      body?: string;
      /** body-path */
      'body-path'?: string;
      /** notes Default: "github". */
      notes?: string;
      /** previous-tag Default: "auto". */
      'previous-tag'?: string;
      /** draft Default: "false". */
      draft?: boolean | Expression;
      /** prerelease Default: "auto". */
      prerelease?: string;
      /** make-latest Default: "auto". */
      'make-latest'?: string;
      /** files */
      files?: string;
      /** checksums Default: "true". */
      checksums?: boolean | Expression;
      /** images */
      images?: string;
      /** major-tag Default: "false". */
      'major-tag'?: boolean | Expression;
      /** update Default: "false". */
      update?: boolean | Expression;
      /** target */
      target?: string;
      /** token Default: "${{ github.token }}". */
      token?: string;
      /** dry-run Default: "false". */
      'dry-run'?: boolean | Expression;
      /** summary Default: "true". */
      summary?: boolean | Expression;
    };
    outputs: 'id' | 'url' | 'upload-url' | 'tag' | 'previous-tag' | 'created' | 'published' | 'prerelease' | 'latest' | 'assets' | 'notes';
  };
  'helm-lint-scan': {
    inputs: {
      /** charts Default: "helm/*". */
      charts?: string;
      /** values */
      values?: string;
      /** manifests */
      manifests?: string;
      /** set-images */
      'set-images'?: string;
      /** kube-versions */
      'kube-versions'?: string;
      /** crds */
      crds?: string;
      /** fail-on Default: "error". */
      'fail-on'?: string;
      /** rules */
      rules?: string;
      /** ignore-file Default: ".helm-lint-scan.yaml". */
      'ignore-file'?: string;
      /** scanners */
      scanners?: string;
      /** sarif-file */
      'sarif-file'?: string;
      /** report-file */
      'report-file'?: string;
      /** render-dir */
      'render-dir'?: string;
      /** max-annotations Default: "50". */
      'max-annotations'?: number | Expression;
      /** helm Default: "helm". */
      helm?: string;
      /** namespace Default: "default". */
      namespace?: string;
      /** release-name */
      'release-name'?: string;
    };
    outputs: 'errors' | 'warnings' | 'notes' | 'cases' | 'resources' | 'not-validated' | 'sarif' | 'report' | 'rendered';
  };
}

export type ActionName = keyof Actions;
