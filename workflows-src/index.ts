import { buildWorkflow } from './build.ts';
import { ci } from './ci.ts';
import { deployWorkflow } from './deploy.ts';
import type { GeneratedFile } from './generated-file.ts';
import type { Workflow } from './model.ts';
import { plan } from './plan.ts';
import { workflowYaml } from './yaml.ts';

/** Every workflow, by the name of its file. */
export const workflows: Readonly<Record<'ci' | 'build' | 'deploy' | 'plan', Workflow>> = {
  ci,
  build: buildWorkflow,
  deploy: deployWorkflow,
  plan,
};

export function workflowFiles(): GeneratedFile[] {
  return Object.entries(workflows).map(([name, workflow]) => ({
    path: `.github/workflows/${name}.yml`,
    content: workflowYaml(workflow, `workflows-src/${name}.ts`),
  }));
}
