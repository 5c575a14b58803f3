import type { Workflow } from './model.ts';
import { checkout, setUpTerraform } from './steps.ts';

/** Signs Terraform in, to Azure and to its state, with the job's own token; no secret is stored. */
const azure = {
  ARM_USE_OIDC: 'true',
  ARM_CLIENT_ID: '${{ vars.AZURE_CLIENT_ID }}',
  ARM_TENANT_ID: '${{ vars.AZURE_TENANT_ID }}',
  ARM_SUBSCRIPTION_ID: '${{ vars.AZURE_SUBSCRIPTION_ID }}',
};

/**
 * What an apply of the platform would change in production, on demand. It only reads: its identity may change nothing, so it cannot take
 * the state's lock either. The root bootstrap is not planned, because that would need a way from here into the cluster.
 */
export const plan: Workflow = {
  name: 'Plan',
  on: { workflow_dispatch: {} },
  permissions: {},
  concurrency: { group: 'plan', 'cancel-in-progress': true },
  jobs: {
    plan: {
      name: 'Plan the platform',
      'runs-on': 'ubuntu-latest',
      'timeout-minutes': 20,
      environment: 'plan',
      permissions: { contents: 'read', 'id-token': 'write' },
      steps: [
        checkout,
        setUpTerraform,
        {
          name: 'Fetch the providers and find the state',
          env: azure,
          run: 'terraform -chdir=terraform/platform init -input=false -backend-config=../environments/production.platform.tfbackend',
        },
        {
          name: 'Plan',
          env: azure,
          run: 'terraform -chdir=terraform/platform plan -input=false -lock=false -var-file=../environments/production.tfvars',
        },
      ],
    },
  },
};
