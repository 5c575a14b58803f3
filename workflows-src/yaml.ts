import { Document, isMap, isScalar, visit } from 'yaml';
import type { Workflow } from './model.ts';
import { tagOfReference } from './pins.ts';

/**
 * The workflow as GitHub reads it.
 * @param source the file to change instead, named at the top
 */
export function workflowYaml(workflow: Workflow, source: string): string {
  // A step that two jobs share is written twice: anchors would be harder to read.
  const document = new Document(workflow, { aliasDuplicateObjects: false });
  document.commentBefore = ` Made from ${source} by \`npm run generate\`; change that.`;
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value !== 'uses' || !isScalar(value)) return;
      const tag = tagOfReference(String(value.value));
      if (tag !== undefined) value.comment = ` ${tag}`;
    },
  });
  separate(document.contents);
  separate(document.getIn(['jobs']));
  return document.toString({ lineWidth: 0 });
}

/** Blank lines between the entries of a mapping. */
function separate(node: unknown): void {
  if (!isMap(node)) return;
  for (const { key } of node.items.slice(1)) if (isScalar(key)) key.spaceBefore = true;
}
