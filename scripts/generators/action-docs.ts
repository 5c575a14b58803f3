/** The tables of inputs and outputs in each action's README. */
import type { ActionMetadata } from './action-metadata.ts';
import { codeCell, markdownCell, markdownTable, type Section } from './markdown.ts';

export function inputsTable({ inputs }: ActionMetadata): string {
  return markdownTable(
    ['input', 'default', 'meaning'],
    inputs.map(({ name, description, required, default: fallback }) => [
      codeCell(name),
      required ? '**required**' : codeCell(fallback ?? ''),
      markdownCell(description),
    ]),
  );
}

export function outputsTable({ outputs }: ActionMetadata): string {
  return markdownTable(
    ['output', 'meaning'],
    outputs.map(({ name, description }) => [codeCell(name), markdownCell(description)]),
  );
}

export function actionDocs(actions: readonly ActionMetadata[]): Section[] {
  return actions.flatMap((action) => {
    const path = `actions/${action.name}/README.md`;
    return [
      { path, name: 'inputs', content: inputsTable(action) },
      { path, name: 'outputs', content: outputsTable(action) },
    ];
  });
}
