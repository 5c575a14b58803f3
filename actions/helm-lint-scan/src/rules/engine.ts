import type { RuleInfo } from './rule.ts';

/** Rules without a check: their findings come from Helm, the YAML parser and the schemas. */
export const engineRules = {
  helmRender: {
    id: 'helm-render',
    level: 'error',
    title: 'A chart cannot be rendered',
    help: 'Helm refuses these values, or a template fails with them. Installing the chart would fail in the same way.',
  },
  dependencyUnreadable: {
    id: 'dependency-unreadable',
    level: 'error',
    title: 'A dependency of a chart cannot be read',
    help: 'Its archive is damaged, or larger than Helm accepts; the chart is not rendered. Fetch it again with `helm dependency update`, or pack it with `helm package`.',
  },
  valuesSchemaReference: {
    id: 'values-schema-reference',
    level: 'error',
    severity: 5,
    title: 'A values schema refers to something outside itself',
    help: 'Helm would fetch it from the network or read it from the disk of the machine that installs the chart. Put it into the schema, under `$defs`, and refer to `#/$defs/NAME`. Until then the chart is rendered without validating its values.',
  },
  helmLint: {
    id: 'helm-lint',
    level: 'error',
    title: 'helm lint reports an error',
    help: 'See https://helm.sh/docs/helm/helm_lint/',
  },
  helmLintWarning: {
    id: 'helm-lint-warning',
    level: 'warning',
    title: 'helm lint reports a warning',
    help: 'See https://helm.sh/docs/helm/helm_lint/',
  },
  helmLintInfo: {
    id: 'helm-lint-info',
    level: 'note',
    title: 'helm lint reports a note',
    help: 'See https://helm.sh/docs/helm/helm_lint/',
  },
  hookUnknown: {
    id: 'hook-unknown',
    level: 'error',
    title: 'Helm does not know the event of a hook',
    help: 'Helm silently skips an object with an unknown event, also when its other events are known: it is neither rendered nor installed. Source: https://helm.sh/docs/topics/charts_hooks/#the-available-hooks',
  },
  subchartValueUnknown: {
    id: 'subchart-value-unknown',
    level: 'warning',
    title: 'A value for a dependency is not one of its values',
    help: 'Helm passes to a dependency what is under its name, or under its alias if it has one, and the dependency ignores keys that it does not know. Only keys that are similar to an existing one are reported.',
  },
  valueUnused: {
    id: 'value-unused',
    level: 'note',
    title: 'No template reads a value',
    help: 'Setting it changes nothing: the name is misspelled, or what it was for is gone. Correct or remove it. Where templates pass all values on, or read files as templates, nothing is reported.',
  },
  yaml: {
    id: 'yaml',
    level: 'error',
    title: 'Invalid YAML',
    help: 'The document cannot be parsed, or it has a duplicate key, of which only the last value counts.',
  },
  notAnObject: {
    id: 'not-an-object',
    level: 'error',
    title: 'Not a Kubernetes object',
    help: 'Every object needs `apiVersion` and `kind`; without them `helm install` and `kubectl apply` fail. If the file is something else, exclude it from the globs, or suppress the finding.',
  },
  schema: {
    id: 'schema',
    level: 'error',
    title: 'A resource violates the schema of its kind',
    help: 'The API rejects it, or silently drops the key. See the reference: https://kubernetes.io/docs/reference/kubernetes-api/',
  },
  apiInvalid: {
    id: 'api-invalid',
    level: 'error',
    title: 'The API server refuses a resource that its schema accepts',
    help: "The message is the API server's own: it names the field, its value and what is expected. Names, labels, ports, probes, volumes, quantities, selectors and the fields that depend on each other are checked as the API server of Kubernetes 1.31 to 1.37 does.",
  },
  definitionUnusable: {
    id: 'definition-unusable',
    level: 'error',
    title: 'The schema of a CustomResourceDefinition is invalid',
    help: 'The API server rejects such a definition or ignores the invalid part, and resources of its kind were not validated. See https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema',
  },
  definitionRuleUnchecked: {
    id: 'definition-rule-unchecked',
    level: 'note',
    title: 'A rule of a CustomResourceDefinition was not checked',
    help: 'The rule, written in CEL, uses a function that is not supported here, or takes too long. The resource was validated otherwise; whether it satisfies this rule, only the API server can say.',
  },
  apiUnknown: {
    id: 'api-unknown',
    level: 'error',
    title: 'Kubernetes does not serve this kind in this API version',
    help: 'Look up the kind and its API version in https://kubernetes.io/docs/reference/kubernetes-api/; a chart can check `.Capabilities.APIVersions`.',
  },
  apiRemoved: {
    id: 'api-removed',
    level: 'error',
    title: 'Kubernetes no longer serves this API version',
    help: 'Use the version that replaces it: https://kubernetes.io/docs/reference/using-api/deprecation-guide/',
  },
  capabilitiesDiffer: {
    id: 'capabilities-differ',
    level: 'warning',
    title: 'A chart is rendered in another way than for a cluster',
    help: 'Without a cluster `.Capabilities.APIVersions` also has removed versions that Helm itself knows. Ask for the version that replaces it first, such as `policy/v1` before `policy/v1beta1`: then both are rendered in the same way.',
  },
  schemaMissing: {
    id: 'schema-missing',
    level: 'note',
    title: 'A resource was not validated because there is no schema for it',
    help: "Put the CustomResourceDefinition into the chart's crds/ or name it in the input crds. With `rules: schema-missing=error` such a resource fails the step.",
  },
  kubeVersionMissing: {
    id: 'kube-version-missing',
    level: 'warning',
    title: 'Nothing was validated for a Kubernetes version whose schemas are not bundled',
    help: 'The charts were rendered for it anyway. Use a newer release of this action, or a version whose schemas are bundled.',
  },
  suppressionExpired: {
    id: 'suppression-expired',
    level: 'warning',
    title: 'A suppression has expired',
    help: 'Its findings count again. Correct them, or set a new date if the reason still applies.',
  },
  suppressionUnused: {
    id: 'suppression-unused',
    level: 'warning',
    title: 'A suppression hides nothing',
    help: 'It no longer matches anything. Remove it so that it cannot hide new findings.',
  },
} as const satisfies Record<string, RuleInfo>;
