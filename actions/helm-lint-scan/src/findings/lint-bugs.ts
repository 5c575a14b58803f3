/** What `helm lint` reports although Helm renders and installs it. */
const LINT_BUGS: readonly { pattern: RegExp; issue: string }[] = [
  // Its own parser of documents; https://github.com/helm/helm/issues/10149: the line after a `---` whose newline the template trims.
  { pattern: /invalid Yaml document separator/, issue: 'https://github.com/helm/helm/issues/10149' },
  // A file whose name begins with `_` is a helper, which is not rendered.
  {
    pattern: /^templates\/(?:.*\/)?_[^/]*: file extension '.*' not valid/,
    issue: 'https://github.com/helm/helm/issues/5758',
  },
];

/** A list has no name; only its items have. */
const UNNAMED = /^(\S+): object name does not conform to Kubernetes naming requirements: "":/;
const LIST_ISSUE = 'https://github.com/helm/helm/issues/9258';

/**
 * The issue of Helm that a message of `helm lint` about a chart is due to, or `undefined` for a problem of the chart.
 * @param isList whether the template, under its name in the message, renders a list
 */
export function findLintBug(message: string, isList: (template: string) => boolean): string | undefined {
  const template = UNNAMED.exec(message)?.[1];
  if (template !== undefined && isList(template)) return LIST_ISSUE;
  return LINT_BUGS.find(({ pattern }) => pattern.test(message))?.issue;
}
