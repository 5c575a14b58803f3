import { Document, isMap, isScalar, visit } from 'yaml';
import type { Workflow } from './model.ts';
import { tagOfReference } from './pins.ts';

/**
 * The workflow as YAML for GitHub.
 * @param source the file to edit instead, named at the top
 */
export function workflowYaml(workflow: Workflow, source: string): string {
  // A step of two jobs is written twice, because anchors are harder to read.
  const document = new Document(workflow, { aliasDuplicateObjects: false });
  document.commentBefore = ` Generated from ${source}. Edit that file, then run \`npm run generate\`.`;
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value !== 'uses' || !isScalar(value)) return;
      const tag = tagOfReference(String(value.value));
      if (tag !== undefined) value.comment = ` ${tag}`;
    },
  });
  addBlankLines(document.contents);
  addBlankLines(document.getIn(['jobs']));
  return document.toString({ lineWidth: 0 });
}

/** Adds blank lines between the entries of a mapping. */
function addBlankLines(node: unknown): void {
  if (!isMap(node)) return;
  for (const { key } of node.items.slice(1)) if (isScalar(key)) key.spaceBefore = true;
}
