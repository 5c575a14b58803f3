{{/* The kinds in the shop's chart: the project allows them and the controller can change them. */}}
{{- define "bootstrap.kinds" -}}
- group: ""
  kind: Service
  resource: services
- group: ""
  kind: ServiceAccount
  resource: serviceaccounts
- group: apps
  kind: Deployment
  resource: deployments
- group: autoscaling
  kind: HorizontalPodAutoscaler
  resource: horizontalpodautoscalers
- group: networking.k8s.io
  kind: Ingress
  resource: ingresses
- group: networking.k8s.io
  kind: NetworkPolicy
  resource: networkpolicies
- group: policy
  kind: PodDisruptionBudget
  resource: poddisruptionbudgets
{{- end }}

{{- define "bootstrap.cluster" -}}
https://kubernetes.default.svc
{{- end }}
