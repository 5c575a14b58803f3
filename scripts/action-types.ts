/** Writes the types that let a workflow name only inputs and outputs which an action has. */
import type { ActionInput, ActionMetadata } from './action-metadata.ts';
import type { GeneratedFile } from './generated-file.ts';

/** A boolean input is known by its default; a step may also give it an expression. */
function typeOf({ default: fallback }: ActionInput): string {
  if (fallback === 'true' || fallback === 'false') return 'boolean | Expression';
  return fallback !== undefined && /^\d+$/.test(fallback) ? 'number | Expression' : 'string';
}

function documentation({ description, default: fallback }: ActionInput): string {
  const text = [description, ...(fallback ? [`Default: ${JSON.stringify(fallback)}.`] : [])].join(' ');
  return text.replaceAll(/\s+/g, ' ').replaceAll('*/', '*\\/');
}

const key = (name: string): string => (/^[a-z]+$/.test(name) ? name : `'${name}'`);

function interfaceOf({ name, inputs, outputs }: ActionMetadata): string[] {
  const names = outputs.map((output) => `'${output.name}'`).join(' | ') || 'never';
  return [
    `  '${name}': {`,
    '    inputs: {',
    ...inputs.flatMap((input) => [
      `      /** ${documentation(input)} */`,
      `      ${key(input.name)}${input.required ? '' : '?'}: ${typeOf(input)};`,
    ]),
    '    };',
    `    outputs: ${names};`,
    '  };',
  ];
}

export function actionTypes(actions: readonly ActionMetadata[]): GeneratedFile[] {
  const content = [
    '/** Made from `actions/*\\/action.yml` by `npm run generate`; change those. */',
    "import type { Expression } from '../model.ts';",
    '',
    'export interface Actions {',
    ...actions.flatMap(interfaceOf),
    '}',
    '',
    'export type ActionName = keyof Actions;',
    '',
  ].join('\n');
  return [{ path: 'workflows-src/generated/actions.ts', content }];
}
