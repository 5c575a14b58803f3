/** The types that let a workflow name only the inputs and outputs that an action has. */

import type { GeneratedFile } from '../../workflows-src/generated-file.ts';
import type { ActionInput, ActionMetadata } from './action-metadata.ts';

/** The default shows whether an input is a boolean or a number. A step may also set it to an expression. */
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
    '/** Generated from `actions/*\\/action.yml`. Edit those, then run `npm run generate`. */',
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
