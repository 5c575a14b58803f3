import type { ResponseData } from '../../../lib/requests/responses.ts';

/** Longer values are cut. */
const MAX_VALUE = 80;

/** What differs between the configurations of two images, apart from their layers. */
export function compareConfigurations(source: ResponseData, rebuilt: ResponseData): string[] {
  const [before, after] = [fieldsOf(source), fieldsOf(rebuilt)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((field) =>
    before.get(field) === after.get(field)
      ? []
      : `configuration: ${field} ${shown(before.get(field))} in the source, ${shown(after.get(field))} rebuilt`,
  );
}

/** The instruction of the Dockerfile that made each layer, from the configuration's history. */
export function layerInstructions(configuration: ResponseData): string[] {
  const steps = configuration.at('history').optional?.list() ?? [];
  return steps
    .filter((step) => step.at('empty_layer').value !== true)
    .map((step) => String(step.at('created_by').value ?? '').replace(/ # buildkit$/, ''));
}

function fieldsOf(configuration: ResponseData): Map<string, string> {
  const { rootfs: _layers, history: _steps, config: _config, ...image } = configuration.object();
  const { Labels: _labels, Env: _env, ...config } = configuration.at('config').optional?.object() ?? {};
  const labels = configuration.at('config').optional?.at('Labels').optional?.object() ?? {};
  const variables = configuration.at('config').optional?.at('Env').optional?.list() ?? [];
  const steps = configuration.at('history').optional?.list() ?? [];
  const json = (values: Record<string, unknown>, kind = '') =>
    Object.entries(values).map(([key, value]) => [`${kind}${key}`, JSON.stringify(value)] as const);
  return new Map([
    ...json(image),
    ...json(config),
    ...json(labels, 'label '),
    ...variables.map((variable) => {
      const [name = '', ...value] = variable.string().split('=');
      return [`variable ${name}`, value.join('=')] as const;
    }),
    ...steps.map((step, index) => [`step ${index + 1}`, JSON.stringify(step.value)] as const),
  ]);
}

const shown = (value: string | undefined): string =>
  value === undefined ? 'missing' : value.length > MAX_VALUE ? `${value.slice(0, MAX_VALUE)}…` : value;
