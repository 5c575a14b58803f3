/** Generated from `actions/*\/action.yml`. Edit those, then run `npm run generate`. */
import type { Expression } from '../model.ts';

export interface Actions {
  'build-push-image': {
    inputs: {
      /** What to build, in YAML: one mapping or a list. Keys: `name` (the repository in the registry), `context` (a directory of the checkout, default `.`, or a remote one: `https://HOST/REPOSITORY.git#COMMIT:DIR`, `git@HOST:REPOSITORY.git#COMMIT:DIR` or the URL of an archive), `file` (in the checkout, or in the remote context; default `Dockerfile` in the context), `target`, `platforms`, `build-args`, `labels`, `annotations`, `secrets`, `network`, `no-cache`, `pull`, `add-hosts`, `ssh`, `cache-from`, `cache-to`, `build-contexts`, `outputs`, `load`, and `tags`, `tag-prefix`, `tag-suffix` in place of those of the step. Variants of one image have the same name and different suffixes. */
      images: string;
      /** The registry to push to: a host with an optional path, such as `myregistry.azurecr.io`, `ghcr.io/org` or `localhost:5001`. Several, one per line: images are built into the first and copied to the others, with the same digest and tags. */
      registry: string;
      /** User for `registry`, the first if there are several, for this step only. Default: the job's login, which the others use too. */
      username?: string;
      /** Password or token for `registry`, for this step only. It is stored in a private directory that is deleted when the step ends. */
      password?: string;
      /** Tag rules, one per line: `sha` (`sha-` and 12 hex digits of the commit), `sha-long` (all 40), `semver` (1.4.2), `semver-minor` (1.4), `semver-major` (1, and nothing for 0.x), `semver-major-zero` (also 0), `branch`, `latest`, `pr` (pr-123), `schedule` or `schedule:TEXT` (`nightly` or TEXT in a scheduled run), `match:REGEX` (the first group of the pattern in the pushed Git tag), `raw:TEXT`, `moving:TEXT` (a TEXT such as 1.4.2-slim that other runs may move). Pre-releases, and releases older than one in the registry, do not move `semver-minor`, `semver-major` or `latest`; older commits of a branch do not move `branch` or `latest`. Default: "sha". */
      tags?: string;
      /** What every tag begins with, such as `web-`. */
      'tag-prefix'?: string;
      /** What every tag ends with, such as `-debug`, also the `sha` tag by which promotion finds the image: a variant of an image has tags of its own. */
      'tag-suffix'?: string;
      /** `true` replaces the image of a version or a commit by another one. By default a tag of `sha`, `sha-long` or `semver`, or a `raw` tag such as 1.4.2-slim, that names another image is an error. Default: "false". */
      'overwrite-tags'?: boolean | Expression;
      /** The commit that the images are built from, and that tags and labels name: `run` (that of the run; another one in the checkout is an error) or `checkout` (the one that is checked out). Default: "run". */
      commit?: string;
      /** The registry to promote from, by digest, if it has the image with this commit's `sha` tag. */
      'promote-from'?: string;
      /** `prefer` (copy the image; build it if the source has no image of this commit), `require` (fail instead of building; no checkout is needed), `verify` (rebuild first, and copy only if the digest of every platform is the same), `never` (always build). Default: "prefer". */
      promote?: string;
      /** The commit whose images are promoted, with 40 hex digits. Default: the commit of the run. A missing image is an error. */
      'promote-commit'?: string;
      /** The images to promote by digest, in place of the commit's: one digest, or a mapping of the images' names to digests, such as the output `digests`. A missing image is an error. */
      'promote-digest'?: string;
      /** User for `promote-from`, if its host is not that of `registry`. Default: the job's login. */
      'promote-username'?: string;
      /** Password or token for `promote-from`. */
      'promote-password'?: string;
      /** Platforms for all images, one per line: `linux/amd64`. Default: the builder's. */
      platforms?: string;
      /** Build arguments for all images: one `NAME=VALUE` per line, or a YAML mapping, whose values can have several lines. */
      'build-args'?: string;
      /** Labels for all images: one `KEY=VALUE` per line, or a YAML mapping. They override the standard OCI labels `source` and `title`, which are always set. */
      labels?: string;
      /** OCI annotations for all images: one `KEY=VALUE` per line, or a YAML mapping. A key can start with `index:`, `manifest:` and so on, as in buildx. */
      annotations?: string;
      /** Build secrets for all images, one per line: `id=env:NAME` or `id=file:PATH`, where PATH is in the workspace, or an absolute path in `RUNNER_TEMP`. A missing secret is an error. */
      secrets?: string;
      /** `false` only builds: nothing is pushed, copied or tagged. Default: "true". */
      push?: boolean | Expression;
      /** Load the images into Docker, under their names and tags, to test them before a push. Requires a builder on the same machine and one platform. Default: "false". */
      load?: boolean | Expression;
      /** Where the images are written beside the registry, one per line, as in buildx: `type=oci,dest=PATH`, `docker`, `tar` or `local`. `{image}` and `{branch}` are replaced; PATH is in the workspace, or an absolute path in `RUNNER_TEMP`. They have no attestations. An image that is promoted is not written. */
      outputs?: string;
      /** `gha` (the cache of GitHub Actions), `registry` (the tag `buildcache` in the image's repository, of the first registry) or `none`. A failed cache export does not fail the build. Default: "none". */
      cache?: string;
      /** Caches to read, one per line, as in buildx: `type=registry,ref=REFERENCE`. `{image}` and `{branch}` are replaced; for a pull request `{branch}` is its base, for a tag the default branch. They are added to `cache`. */
      'cache-from'?: string;
      /** Caches to write, one per line, as in buildx. A failed export does not fail the build, unless `ignore-error=false` is set. A registry is written to only with `push: true`. */
      'cache-to'?: string;
      /** Further build contexts for all images: one `NAME=VALUE` per line, or a YAML mapping. VALUE is a directory in the workspace or in `RUNNER_TEMP`, `docker-image://REFERENCE`, a URL, or `image:NAME`, another image of the step, which is then built first. */
      'build-contexts'?: string;
      /** Build every step for all images, whatever the caches have. Default: "false". */
      'no-cache'?: boolean | Expression;
      /** Look for newer base images for all images. Default: "false". */
      pull?: boolean | Expression;
      /** The network of `RUN` steps for all images: `default`, `none` or `host`. */
      network?: string;
      /** Entries of `/etc/hosts` for `RUN` steps of all images: one `NAME=ADDRESS` per line, or a YAML mapping. */
      'add-hosts'?: string;
      /** SSH agents or keys for `RUN --mount=type=ssh`, one per line: `default`, or `ID=PATH`, where PATH is in the workspace, or an absolute path in `RUNNER_TEMP`. */
      ssh?: string;
      /** Provenance attestation: `mode=max`, `mode=min`, `true` or `false`; the same for public and private repositories. With `mode=max`, anyone who can pull the image can read the Dockerfile and the build arguments. Default: "mode=max". */
      provenance?: string;
      /** Software bill of materials: `true`, `false` or `generator=IMAGE`. Default: "false". */
      sbom?: boolean | Expression;
      /** Set `SOURCE_DATE_EPOCH` and all timestamps to 1980-01-02: same content, same digest, at every commit and with every cache. A `SOURCE_DATE_EPOCH` among the `build-args` wins. Default: "true". */
      reproducible?: boolean | Expression;
      /** Also set the labels `revision`, `version` and `created` of the commit. Every commit then gives every image a new digest. Default: "false". */
      'commit-labels'?: boolean | Expression;
      /** The name of the buildx builder. Default: the current one. */
      builder?: string;
      /** How many images are processed at a time, 1 to 32. Default: "4". */
      'max-parallel'?: number | Expression;
      /** How often to retry after a transient error (429, 5xx, a broken connection), 0 to 10. A failed build step is not retried. Default: "3". */
      retries?: number | Expression;
      /** How many seconds a build may wait for an upload of which BuildKit reports nothing; 0 for no limit. BuildKit reports when the upload of an image begins and ends, and nothing in between. The upload is then retried, and layers that the registry has are not sent again. Build steps have no limit. Default: "3600". */
      'push-timeout'?: number | Expression;
      /** More options for `docker buildx build`, one per line: `--name=value`, or the value on the line after its option. Options that an input sets are refused. A `--build-context` that is a directory must be in the workspace or in `RUNNER_TEMP`. */
      'extra-args'?: string;
      /** Show what would be done, and change nothing. Default: "false". */
      'dry-run'?: boolean | Expression;
      /** Write a table of the images to the job summary. Default: "true". */
      summary?: boolean | Expression;
    };
    outputs: 'images' | 'digests' | 'digest' | 'ref' | 'version' | 'metadata';
  };
  'bump-chart-version': {
    inputs: {
      /** Chart directories, one per line, relative to the repository's root, such as `helm/shop`, or globs such as `helm/*`. With `version: none` also directories without a Chart.yaml. */
      charts: string;
      /** The repository that contains the charts, as `OWNER/REPO`. For a repository other than this one, `token` must be able to write to it. Default: "${{ github.repository }}". */
      repository?: string;
      /** The chart's next version: a semantic version; `major`, `minor`, `patch` or `prerelease` (`rc.1` to `rc.2`) to bump the current one; `follow` to bump it at the highest level at which an image changes; or `none`. `auto` takes the pushed tag (`v1.4.2` gives 1.4.2), otherwise `patch`. A `v` of the current version stays. A bump starts from the version at the branch's head, and is only applied if something else changes too or nothing else was requested, so that a second run does not bump again. Default: "auto". */
      version?: string;
      /** What is before the version in the pushed tag: `web/` for `web/v1.4.2`, `web-` for `web-1.4.2`. Not needed when all charts or all images have the name of the component. */
      'tag-prefix'?: string;
      /** The chart's `appVersion`; any string, or `none`. `auto`, in charts that have an `appVersion`, is the pushed tag, otherwise the version that the tags of all images have in common, otherwise the chart's new version if `appVersion` was the old one. A `v` of the current value stays. Default: "auto". */
      'app-version'?: string;
      /** The `images` output of `build-push-image`. Every place in the values files that names one of these images gets its tag and digest, in each of the shapes that the README lists. An image that nothing names is an error, and so is an empty string: GitHub drops a job's output that contains the text of a secret. Default: "none". */
      images?: string;
      /** Promotion between environments: the files whose images are taken, one per line, relative to the root, such as `environments/staging/values.yaml`, in place of `images`. Each image of them gets the tag and digest recorded there in the values files of `charts`; no registry is asked. Default: "none". */
      from?: string;
      /** Go back to what a commit recorded, in a new commit: a version (its newest commit in the branch's history), or 7 to 40 hex digits of a commit in that history. Every image in the values files gets the tag and digest that it had there, and the chart its version and `appVersion`, unless these are `none`. Cannot be combined with `images`, `from`, `values`, or mode `worktree`. Default: "none". */
      'rollback-to'?: string;
      /** Other values, one `path=value`, `file:path=value` or `file#document:path=value` per line. Paths are `web.image.tag`, `images[name=api].tag`, `list[0]`, `list[-1]` (the last item), `annotations."a.b/c"` or, for YAML in a block scalar, `spec.source.helm.values|web.image.tag`, and must lead to exactly one value. In files other than YAML, JSON and TOML, `README.md:x-version=1.4.2` sets the version on the lines marked `x-version`. A value in quotes is a string; `""` is the empty string, and a missing value an error. */
      values?: string;
      /** The files in which the images and `values` are searched, one per line, relative to each chart directory, or globs such as `values-*.yaml`. A file that no chart has is searched from the repository's root. Default: "values.yaml". */
      'values-files'?: string;
      /** `commit` (to the branch), `pull-request` (one for all runs that propose for these charts, opened or updated), or `worktree` (only change the checked-out files; needs no token). Default: "commit". */
      mode?: string;
      /** The branch to commit to, or the base of the pull request. The repository's default branch when omitted. */
      branch?: string;
      /** The commit message, with `{chart}`, `{version}`, `{previous}`, `{images}` (`web:1.4.2`), `{tag}` (of the images) and `{files}`. Several values are joined. Trailers that name the chart, images, source commit and run are added. Default: "chore(release): {chart} {version}". */
      'commit-message'?: string;
      /** The branch of the pull request, with `{chart}`, `{version}` and `{branch}` (its base), such as `bump/web-{chart}`. When omitted, a name that only depends on the charts and the base. Runs with the same branch share one pull request; give each its own branch for a pull request each. */
      'pull-request-branch'?: string;
      /** The title of the pull request, with the placeholders of `commit-message`. GitHub accepts 256 characters: a long list of charts is cut, with the number of the others. Default: "chore(release): {chart} {version}". */
      'pull-request-title'?: string;
      /** A text for the pull request, with the same placeholders. The list of all changes follows it, or takes the place of `{changes}`. */
      'pull-request-body'?: string;
      /** Labels for the pull request, one per line, with the same placeholders. Missing labels are created. */
      'pull-request-labels'?: string;
      /** Who is asked for a review, one per line: users, and teams as `organization/team`, which need the token of an app or a user. Nobody who has reviewed is asked again. */
      'pull-request-reviewers'?: string;
      /** The users to whom the pull request is assigned, one per line, at most 10. */
      'pull-request-assignees'?: string;
      /** Open the pull request as a draft. One that is open already stays as it is. Default: "false". */
      'pull-request-draft'?: boolean | Expression;
      /** Merge the pull request automatically once its rules are met: `true` or `merge`, `squash`, `rebase`; or `false`. Default: "false". */
      'auto-merge'?: boolean | Expression;
      /** Whether a chart may go back to an older version, or to an image of an older commit, and may bring back what was rolled back. Otherwise a chart that is newer is left unchanged, with a warning, and undoing a rollback is an error. Default: "false". */
      'allow-downgrade'?: boolean | Expression;
      /** Whether missing keys may be added, also a digest where an image has none. Otherwise a path that does not exist is an error. Default: "false". */
      create?: boolean | Expression;
      /** Retries after the first attempt, 0 to 99. An attempt reads, plans and commits from the start. It is repeated when the branch was pushed to in the meantime and after transient errors. Never a force push. Each request is repeated as often, but at most 4 times. Default: "9". */
      retries?: number | Expression;
      /** Deprecated: use `retries`. The number of attempts, including the first one. */
      'max-attempts'?: string;
      /** A token with `contents: write`, and `pull-requests: write` for mode `pull-request`. For a branch that only accepts pull requests, the token of an app on the ruleset's bypass list. Default: "${{ github.token }}". */
      token?: string;
      /** Change nothing; show the diff and every image that was found, and set the outputs and the summary as they would be. Default: "false". */
      'dry-run'?: boolean | Expression;
      /** Write a table of the changed values to the job summary. Default: "true". */
      summary?: boolean | Expression;
    };
    outputs: 'changed' | 'commit' | 'verified' | 'branch' | 'pull-request' | 'pull-request-url' | 'chart-version' | 'previous-chart-version' | 'app-version' | 'files' | 'diff' | 'attempts';
  };
  'create-release': {
    inputs: {
      /** The tag to release. Defaults to the tag that triggered the run. It must exist unless `target` is set. A dry run without a tag shows the next version. */
      tag?: string;
      /** What precedes the version in the tags of this component: `web_` for `web_1.4.2`. By default it is found, as in `api-v1.1.0`, `release/1.1.0` and `@acme/pkg@2.0.0`. */
      'tag-prefix'?: string;
      /** The repository to release in, `OWNER/REPO`, if it is not the one of the run. The token must have access to it. */
      repository?: string;
      /** The title of the release. Defaults to the tag; a release that exists keeps its title. */
      name?: string;
      /** Text above the notes, in Markdown. */
      body?: string;
      /** A file with the text, instead of `body`: a path in the workspace, or an absolute path in `RUNNER_TEMP`. A file that cannot be read, or a link that leads out of the workspace, is an error. */
      'body-path'?: string;
      /** Where the text of this step goes in a draft or release that has a text: `append` (below it), `prepend` (above it), `replace` (instead of it) or `keep` (nowhere). A later run replaces the text of an earlier one, unless a person has edited it. Defaults to `append`. */
      'body-mode'?: string;
      /** `github` (notes that GitHub generates from pull requests), `commits` (grouped by conventional commit type), `changelog` (the section of this version in the file that `changelog` names) or `none`. The first two kinds start at the true previous version. Defaults to `github`. */
      notes?: string;
      /** A file of the repository with the sections of the notes, read at the commit of the release. For `notes: commits` it lists sections with a title, types, scopes and labels; for `notes: github` it is used instead of `.github/release.yml`. */
      'notes-config'?: string;
      /** The changelog for `notes: changelog`: a file of the repository, read at the commit of the release. Default: "CHANGELOG.md". */
      changelog?: string;
      /** The tag that the notes start at, or `auto`: the highest lower version if it is an ancestor of this one, otherwise the lower version with the newest merge base. For a stable release only stable versions are considered. Default: "auto". */
      'previous-tag'?: string;
      /** Stop before publishing, and keep the complete draft for a person to publish. Default: "false". */
      draft?: boolean | Expression;
      /** `true`, `false`, or `auto`: true for a version with a pre-release part, such as `v1.5.0-rc.1`. Defaults to `auto`; a release that exists keeps its mark. */
      prerelease?: string;
      /** `true`, `false`, or `auto`: true only for the highest stable version of its series. Defaults to `auto`; a published release keeps its mark. */
      'make-latest'?: string;
      /** Files to attach, as globs, one per line, relative to the workspace, or absolute in `RUNNER_TEMP`; a line that starts with `!` excludes files. A glob that matches nothing is an error, and so is a match inside `.git` or a link that leads out of the workspace. */
      files?: string;
      /** Whether wildcards in `files` match hidden files, whose name, or the name of a directory above them, starts with a dot. Default: "false". */
      'include-hidden-files'?: boolean | Expression;
      /** Media types of assets, one `glob: type/subtype` per line. The first glob that matches the name of an asset decides; without one its extension does. */
      'content-types'?: string;
      /** What happens with files of the release that `files` does not name: `keep`, or `remove`. Files of a published release are removed only with `update: true`. Default: "keep". */
      'other-files'?: string;
      /** Attach `SHA256SUMS` with the checksum of every file of the release, in the format of `sha256sum --check`. Default: "true". */
      checksums?: boolean | Expression;
      /** The `images` output of build-push-image, shown in the notes as a table of images and digests. An empty value is an error: GitHub drops a job's output that contains the text of a secret. Default: "none". */
      images?: string;
      /** Move the major tag (`v1`) to this release if it is the highest stable version of that major. For repositories that publish actions. Default: "false". */
      'major-tag'?: boolean | Expression;
      /** Move the tag to `target`, and its release with it, for a tag such as `nightly`: the release gets the files of this run, and only these. Default: "false". */
      'move-tag'?: boolean | Expression;
      /** The category of a discussion that GitHub starts for the release. It must exist. */
      'discussion-category'?: string;
      /** Whether to change a release that is already published: its files, and what these inputs give: `name`, `body`, `body-path`, `body-mode`, `notes`, `images`, `prerelease`, `make-latest`, `discussion-category`. Default: "false". */
      update?: boolean | Expression;
      /** The branch or commit to create the tag on when publishing, if the tag does not exist. With `move-tag` it defaults to the commit of the run. */
      target?: string;
      /** A token with `contents: write`. Default: "${{ github.token }}". */
      token?: string;
      /** How often to retry a request to GitHub after a transient failure. Default: "4". */
      retries?: number | Expression;
      /** Show what would be done, and change nothing. Default: "false". */
      'dry-run'?: boolean | Expression;
      /** Write a job summary. Default: "true". */
      summary?: boolean | Expression;
    };
    outputs: 'id' | 'url' | 'upload-url' | 'tag' | 'previous-tag' | 'created' | 'published' | 'prerelease' | 'latest' | 'tarball-url' | 'zipball-url' | 'next-version' | 'assets' | 'notes';
  };
  'helm-lint-scan': {
    inputs: {
      /** Globs of chart directories, one per line, relative to the root of the repository. A glob that matches no chart is an error. `none` checks no chart, only `manifests`. Links in a chart are followed if they stay in the repository. A link that leads elsewhere is an error, as in all inputs. Default: "helm/*". */
      charts?: string;
      /** Values to render with. Default: no values file, and each of `ci/*.yaml` and `values-*.yaml` in the chart's directory. Otherwise one case per line, as `chart-glob: a.yaml + b.yaml`, where later files override earlier ones. Files are looked up in the chart's directory, then in the repository. A glob makes a case for each file that it matches. Without files after the colon the case is the chart's defaults. */
      values?: string;
      /** Globs of plain Kubernetes YAML, such as Argo CD definitions, one per line. The objects of a line are checked together. If several directories of a line have the same object, as `staging` and `production` do, each of these directories is checked separately. */
      manifests?: string;
      /** The `images` output of build-push-image. Every image mapping in the values (`repository`, optionally `registry`) that names one of these images is rendered with the image that was built. An image that is in no chart is an error, and so is an empty string: GitHub drops a job output that contains a secret. Default: "none". */
      'set-images'?: string;
      /** Kubernetes versions, one per line, as `1.34` or `1.34.2`. Default: the newest three whose schemas are bundled and that the chart's `kubeVersion` allows. */
      'kube-versions'?: string;
      /** Globs of CustomResourceDefinitions, one per line, in addition to those in the charts' `crds/` directories. Their API versions are added to `.Capabilities.APIVersions`. */
      crds?: string;
      /** Whether custom resources of Gateway API, Prometheus Operator, cert-manager, Argo CD, Argo Rollouts, Argo Workflows, KEDA, Vertical Pod Autoscaler, External Secrets and Flux are validated with bundled definitions when there is no other definition of their kind. Default: "true". */
      'bundled-crds'?: boolean | Expression;
      /** The step fails on a finding of this level or a worse one: `error`, `warning`, `note`, `never`. Default: "error". */
      'fail-on'?: string;
      /** Levels of rules, one per line, as `rule-id=off|error|warning|note`. In place of a rule you can name a scanner (`checkov`) or one of its checks (`checkov/CKV_K8S_8`). */
      rules?: string;
      /** A YAML file of suppressions, each with a reason and an expiry date. A suppression that has expired or hides nothing is reported. Default: ".helm-lint-scan.yaml". */
      'ignore-file'?: string;
      /** Globs of files with rules of your own, one per line: a list of rules in CEL, or ValidatingAdmissionPolicies. The default need not exist. Default: ".helm-lint-scan.rules.yaml". */
      'rules-files'?: string;
      /** A Git branch, tag or commit, such as `origin/main`. Only charts and manifests that have changed since the last common commit are checked, with the charts that depend on them; the version of a changed chart must be higher than there. Needs `fetch-depth: 0` of actions/checkout. Default: everything is checked. */
      'changed-since'?: string;
      /** Findings that are known: a file that `report-file` wrote, in the workspace or in `RUNNER_TEMP`, or `changed-since` for what is found at the last common commit. Only other findings are annotated, counted and fail the step. */
      baseline?: string;
      /** Whether to fetch dependencies that are missing in `charts/` with `helm dependency build`, in a temporary copy of the chart. This uses the network, without credentials. Default: "false". */
      'dependency-build'?: boolean | Expression;
      /** Additional scanners to run, one per line: `kubeconform`, `kube-score`, `kube-linter`, `polaris`, `checkov`. A scanner that is not installed is an error. */
      scanners?: string;
      /** Where to write the findings as SARIF 2.1.0, for github/codeql-action/upload-sarif. Not written by default. A path in the workspace, or an absolute path in `RUNNER_TEMP`. Nothing is written through a link or into `.git`. */
      'sarif-file'?: string;
      /** Where to write the full result as JSON. The same paths are allowed as for `sarif-file`. Not written by default. */
      'report-file'?: string;
      /** Where to write the result as JUnit XML, with a suite for each chart and a failing test for each finding that fails the step. The same paths are allowed as for `sarif-file`. Not written by default. */
      'junit-file'?: string;
      /** A directory for the rendered manifests, `CHART/VALUES/VERSION.yaml`. The same paths are allowed as for `sarif-file`. Not written by default. */
      'render-dir'?: string;
      /** The maximum number of annotations, worst first. GitHub shows ten of each level per step. Default: "30". */
      'max-annotations'?: number | Expression;
      /** The name of Helm on the PATH, or the path of the program, absolute or relative to the workspace. Helm 3 and 4 are supported. Default: "helm". */
      helm?: string;
      /** The namespace of the release. Default: the chart's name. */
      namespace?: string;
      /** The name of the release. Default: the chart's name. */
      'release-name'?: string;
      /** Whether to write a job summary. Default: "true". */
      summary?: boolean | Expression;
    };
    outputs: 'errors' | 'warnings' | 'notes' | 'cases' | 'resources' | 'not-validated' | 'known' | 'fixed' | 'sarif' | 'report' | 'junit' | 'rendered';
  };
}

export type ActionName = keyof Actions;
