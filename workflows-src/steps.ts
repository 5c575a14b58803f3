/** The steps of the workflows. */
import { versions } from '../versions.ts';
import { buildkitImage } from './buildkit.ts';
import type { ActionName, Actions } from './generated/actions.ts';
import type { Expression, RunStep, UsesStep } from './model.ts';
import { type PinnedAction, pinnedReference } from './pins.ts';
import { project } from './project.ts';

declare const actionOfStep: unique symbol;

/** A step that runs one of our actions. Its type holds the name of the action, so the compiler knows the outputs. */
export interface ActionStep<Name extends ActionName> extends UsesStep {
  id: string;
  readonly [actionOfStep]?: Name;
}

interface ActionStepOptions<Name extends ActionName> {
  id: string;
  name: string;
  if?: string;
  with: Actions[Name]['inputs'];
}

/**
 * One of our actions by its full name, as other repositories use it: a reusable workflow runs in the caller's repository, where `./`
 * is the caller's checkout.
 */
export function publishedAction<Name extends ActionName>(
  name: Name,
  options: ActionStepOptions<Name>,
): ActionStep<Name> {
  return actionStep(`${project.repository}/actions/${name}@${project.majorTag}`, options);
}

/** One of our actions from the checkout: a pull request is tested with its own bundles. */
export function checkedOutAction<Name extends ActionName>(
  name: Name,
  options: ActionStepOptions<Name>,
): ActionStep<Name> {
  return actionStep(`./actions/${name}`, options);
}

function actionStep<Name extends ActionName>(uses: string, options: ActionStepOptions<Name>): ActionStep<Name> {
  const { id, name, if: condition, with: inputs } = options;
  return { id, name, ...(condition !== undefined && { if: condition }), uses, with: { ...inputs } };
}

/** An output of a step in the same job. */
export function outputOf<Name extends ActionName>(
  step: ActionStep<Name>,
  output: Actions[Name]['outputs'],
): Expression {
  return `\${{ steps.${step.id}.outputs.${output} }}`;
}

/** A third-party action, at its pinned commit. */
export function pinned(action: PinnedAction, options: Omit<UsesStep, 'uses'>): UsesStep {
  const { id, name, if: condition, ...rest } = options;
  return {
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    ...(condition !== undefined && { if: condition }),
    uses: pinnedReference(action),
    ...rest,
  };
}

/** The job's token is not written to `.git/config`, where every later step could read it. */
export const checkout = pinned('actions/checkout', {
  name: 'Check out the commit',
  with: { 'persist-credentials': false },
});

/** For jobs that also read the commits. */
export const checkoutWithHistory = pinned('actions/checkout', {
  name: 'Check out the commit and its history',
  with: { 'persist-credentials': false, 'fetch-depth': 0 },
});

/** BuildKit by its digest, because it has access to build secrets and registry credentials. */
export const setUpBuildx = pinned('docker/setup-buildx-action', {
  name: 'Set up buildx',
  with: { 'driver-opts': `image=\${{ vars.BUILDKIT_IMAGE || '${buildkitImage}' }}` },
});

/** The version that the charts are tested with. */
export const setUpHelm = pinned('Azure/setup-helm', { name: 'Set up Helm', with: { version: `v${versions.helm}` } });

/** The version that the roots are tested with. Without the wrapper, a script reads Terraform's unchanged output. */
export const setUpTerraform = pinned('hashicorp/setup-terraform', {
  name: 'Set up Terraform',
  with: { terraform_version: versions.terraform, terraform_wrapper: false },
});

/** Node with npm's cache. The scripts run on the `node` of the lockfile. */
export const setUpNode = pinned('actions/setup-node', {
  name: 'Set up Node',
  with: { 'node-version': 24, cache: 'npm' },
});

export const installPackages: RunStep = { name: 'Install the packages of the lockfile', run: 'npm ci' };

/** Whether this repository signs in to Azure with the job's token instead of a password. */
const usesAzure = "vars.AZURE_CLIENT_ID != ''";

/** Signs in to Azure without a stored secret. The job needs `id-token: write`. */
const signInToAzure = pinned('Azure/login', {
  name: 'Sign in to Azure',
  if: usesAzure,
  with: {
    'client-id': '${{ vars.AZURE_CLIENT_ID }}',
    'tenant-id': '${{ vars.AZURE_TENANT_ID }}',
    'subscription-id': '${{ vars.AZURE_SUBSCRIPTION_ID }}',
  },
});

/**
 * Logs in to registries of Azure; skipped where passwords are used. The value is passed as an environment variable, so no shell
 * interprets it.
 * @param registries the name of each registry for the log, and an expression for its host
 */
export function azureRegistryLogins(registries: Readonly<Record<string, Expression>>): (UsesStep | RunStep)[] {
  const logins = Object.entries(registries).map(([name, registry]) => ({
    name: `Log in to the ${name} registry of Azure`,
    if: usesAzure,
    env: { REGISTRY: registry },
    run: 'az acr login --name "$REGISTRY"',
  }));
  return [signInToAzure, ...logins];
}
