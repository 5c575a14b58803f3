import type { RuleInfo } from './rule.ts';

/** What is found not by a rule of its own but on the way: by Helm, by the parser, by the schemas. */
export const engineRules = {
  helmRender: {
    id: 'helm-render',
    level: 'error',
    title: 'A chart cannot be rendered',
    help: 'Helm refuses these values, or a template fails on them. The same would happen when the chart is installed.',
  },
  dependencyUnreadable: {
    id: 'dependency-unreadable',
    level: 'error',
    title: 'A dependency of a chart cannot be read',
    help: 'Its archive is damaged, or larger than Helm takes; the chart is not rendered. Fetch it again with `helm dependency update`, or pack it with `helm package`.',
  },
  valuesSchemaReference: {
    id: 'values-schema-reference',
    level: 'error',
    severity: 5,
    title: 'A values schema refers to something outside itself',
    help: 'Helm would fetch it from the network or read it from the disk of whoever installs the chart. Put it into the schema, below `$defs`, and refer to `#/$defs/NAME`. Until then the chart is rendered without a check of its values.',
  },
  helmLint: {
    id: 'helm-lint',
    level: 'error',
    title: 'helm lint calls it an error',
    help: 'See https://helm.sh/docs/helm/helm_lint/',
  },
  helmLintWarning: {
    id: 'helm-lint-warning',
    level: 'warning',
    title: 'helm lint calls it a warning',
    help: 'See https://helm.sh/docs/helm/helm_lint/',
  },
  helmLintInfo: {
    id: 'helm-lint-info',
    level: 'note',
    title: 'helm lint mentions it',
    help: 'See https://helm.sh/docs/helm/helm_lint/',
  },
  yaml: {
    id: 'yaml',
    level: 'error',
    title: 'A document is no proper YAML',
    help: 'It cannot be read, or it has a key twice, of which all but the last are lost in silence.',
  },
  notAnObject: {
    id: 'not-an-object',
    level: 'warning',
    title: 'A document is no object of Kubernetes',
    help: 'It has no apiVersion or no kind, so that no cluster can take it. Leave it out of the globs when it is something else.',
  },
  schema: {
    id: 'schema',
    level: 'error',
    title: 'A resource breaks the schema of its kind',
    help: 'The API refuses it, or drops the key in silence. Look at the reference: https://kubernetes.io/docs/reference/kubernetes-api/',
  },
  definitionUnusable: {
    id: 'definition-unusable',
    level: 'error',
    title: 'The schema of a CustomResourceDefinition is not usable',
    help: 'The API server refuses such a definition or passes over what is wrong, and resources of its kind were not validated. See https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema',
  },
  apiUnknown: {
    id: 'api-unknown',
    level: 'error',
    title: 'Kubernetes does not serve this kind in this API version',
    help: 'Look for the kind and its API version in https://kubernetes.io/docs/reference/kubernetes-api/; a chart can ask `.Capabilities.APIVersions`.',
  },
  apiRemoved: {
    id: 'api-removed',
    level: 'error',
    title: 'Kubernetes has stopped serving this API version',
    help: 'Change to the version that replaces it: https://kubernetes.io/docs/reference/using-api/deprecation-guide/',
  },
  schemaMissing: {
    id: 'schema-missing',
    level: 'note',
    title: 'A resource was not validated, for want of a schema',
    help: "Put the CustomResourceDefinition into the chart's crds/ or name it in the input crds. With `rules: schema-missing=error` nothing passes unseen.",
  },
  kubeVersionMissing: {
    id: 'kube-version-missing',
    level: 'warning',
    title: 'A version of Kubernetes was not validated: its schemas are not bundled',
    help: 'The charts were rendered for it all the same. Use a newer release of this action, or a version that it knows.',
  },
  suppressionExpired: {
    id: 'suppression-expired',
    level: 'warning',
    title: 'A suppression has expired',
    help: 'Its findings count again. Correct them, or give a new date and a reason that still holds.',
  },
  suppressionUnused: {
    id: 'suppression-unused',
    level: 'warning',
    title: 'A suppression hides nothing',
    help: 'What it hid is corrected, or it never fitted. Take it out, lest it hide something new.',
  },
} as const satisfies Record<string, RuleInfo>;
