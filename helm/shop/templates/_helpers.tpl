{{/* Prefix of all names. 45 characters leave room, within 63, for the component and for suffixes that controllers append. */}}
{{- define "shop.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 45 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
The following templates take a component: dict "root" $ "name" "web".
*/}}

{{- define "shop.name" -}}
{{- printf "%s-%s" (include "shop.fullname" .root) .name -}}
{{- end -}}

{{- define "shop.selectorLabels" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{/* Labels of objects. Pods get only the selector's labels; otherwise every chart version would restart them. */}}
{{- define "shop.labels" -}}
{{ include "shop.selectorLabels" . }}
app.kubernetes.io/version: {{ include "shop.version" . | quote }}
app.kubernetes.io/part-of: shop
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- define "shop.version" -}}
{{- $image := (index .root.Values .name).image -}}
{{- default .root.Chart.AppVersion $image.tag -}}
{{- end -}}

{{/* The port that both components listen on. A number, because not every network plug-in resolves port names in a policy. */}}
{{- define "shop.containerPort" -}}
8080
{{- end -}}

{{/* registry/repository:tag@digest: the digest decides, the tag is informative. */}}
{{- define "shop.image" -}}
{{- $image := (index .root.Values .name).image -}}
{{- if $image.registry }}{{ trimSuffix "/" $image.registry }}/{{ end -}}
{{ $image.repository }}:{{ include "shop.version" . }}
{{- if $image.digest }}@{{ $image.digest }}{{ end -}}
{{- end -}}

{{- define "shop.serviceAccountName" -}}
{{- $account := (index .root.Values .name).serviceAccount -}}
{{- if $account.create -}}
{{- default (include "shop.name" .) $account.name -}}
{{- else -}}
{{- required (printf "%s.serviceAccount.name is needed when create is false" .name) $account.name -}}
{{- end -}}
{{- end -}}

{{/* The grace period includes preStop's sleep: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination */}}
{{- define "shop.gracePeriodSeconds" -}}
{{- $shutdown := (index .root.Values .name).shutdown -}}
{{- add $shutdown.preStopSeconds $shutdown.drainSeconds $shutdown.finishSeconds 5 -}}
{{- end -}}

{{/* Variables that the chart sets; `env` in the values must not repeat these names (values.schema.json). */}}
{{- define "shop.env" -}}
{{- $values := index .root.Values .name -}}
- name: APP_VERSION
  value: {{ include "shop.version" . | quote }}
- name: DRAIN_SECONDS
  value: {{ $values.shutdown.drainSeconds | quote }}
- name: SHUTDOWN_SECONDS
  value: {{ $values.shutdown.finishSeconds | quote }}
- name: POD_NAME
  valueFrom:
    fieldRef:
      apiVersion: v1
      fieldPath: metadata.name
{{- if eq .name "web" }}
- name: API_URL
  value: {{ default (printf "http://%s:%v" (include "shop.name" (dict "root" .root "name" "api")) .root.Values.api.service.port) $values.apiUrl | quote }}
{{- else }}
- name: DATA_DIR
  value: /tmp
{{- end }}
{{- range $name, $value := $values.env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}
