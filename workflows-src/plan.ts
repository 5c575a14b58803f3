import type { Workflow } from './model.ts';
import { checkout, setUpTerraform } from './steps.ts';

/** Signs Terraform in to Azure and to its state with the token of the job. No secret is stored. */
const azure = {
  ARM_USE_OIDC: 'true',
  ARM_CLIENT_ID: '${{ vars.AZURE_CLIENT_ID }}',
  ARM_TENANT_ID: '${{ vars.AZURE_TENANT_ID }}',
  ARM_SUBSCRIPTION_ID: '${{ vars.AZURE_SUBSCRIPTION_ID }}',
};

/**
 * Shows on demand what an apply of the platform would change in production. It only reads: its identity has no write permissions, so it
 * cannot lock the state either. The root bootstrap is not planned, because that would need access to the cluster.
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
          name: 'Fetch the providers and configure the state',
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
