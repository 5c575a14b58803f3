/** The steps that the workflows are made of. */
import { buildkitImage } from './buildkit.ts';
import type { ActionName, Actions } from './generated/actions.ts';
import type { Expression, RunStep, UsesStep } from './model.ts';
import { type PinnedAction, pinnedReference } from './pins.ts';
import { project } from './project.ts';

declare const actionOfStep: unique symbol;

/** A step that runs one of this repository's actions; the type remembers which, so that its outputs are known. */
export interface OwnStep<Name extends ActionName> extends UsesStep {
  id: string;
  readonly [actionOfStep]?: Name;
}

interface OwnStepOptions<Name extends ActionName> {
  id: string;
  name: string;
  if?: string;
  with: Actions[Name]['inputs'];
}

/**
 * One of this repository's actions as everybody uses it: by the full name, because a reusable workflow runs in the caller's
 * repository, where `./` is the caller's checkout.
 */
export function publishedAction<Name extends ActionName>(name: Name, options: OwnStepOptions<Name>): OwnStep<Name> {
  return ownStep(`${project.repository}/actions/${name}@${project.majorTag}`, options);
}

/** The same action as the checkout has it: a pull request is tested with its own bundles. */
export function checkedOutAction<Name extends ActionName>(name: Name, options: OwnStepOptions<Name>): OwnStep<Name> {
  return ownStep(`./actions/${name}`, options);
}

function ownStep<Name extends ActionName>(uses: string, options: OwnStepOptions<Name>): OwnStep<Name> {
  const { id, name, if: condition, with: inputs } = options;
  return { id, name, ...(condition !== undefined && { if: condition }), uses, with: { ...inputs } };
}

/** Names an output of a step within the same job. */
export function outputOf<Name extends ActionName>(step: OwnStep<Name>, output: Actions[Name]['outputs']): Expression {
  return `\${{ steps.${step.id}.outputs.${output} }}`;
}

/** An action of another project, at its pinned commit. */
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

/** The job's token stays out of `.git/config`, where every later step could read it. */
export const checkout = pinned('actions/checkout', {
  name: 'Check out the commit',
  with: { 'persist-credentials': false },
});

/** For what reads the commits too. */
export const checkoutWithHistory = pinned('actions/checkout', {
  name: 'Check out the commit and its history',
  with: { 'persist-credentials': false, 'fetch-depth': 0 },
});

/** BuildKit by its digest, because it sees the build's secrets and the registry's login. */
export const setUpBuildx = pinned('docker/setup-buildx-action', {
  name: 'Set up buildx',
  with: { 'driver-opts': `image=\${{ vars.BUILDKIT_IMAGE || '${buildkitImage}' }}` },
});

/** The version the charts are tested with. */
export const setUpHelm = pinned('Azure/setup-helm', { name: 'Set up Helm', with: { version: 'v4.3.1' } });

/** The version the roots are tested with. Without the wrapper a script reads what Terraform itself printed. */
export const setUpTerraform = pinned('hashicorp/setup-terraform', {
  name: 'Set up Terraform',
  with: { terraform_version: '1.11.4', terraform_wrapper: false },
});

/** Node with npm's cache; the scripts themselves run on the `node` of the lockfile. */
export const setUpNode = pinned('actions/setup-node', {
  name: 'Set up Node',
  with: { 'node-version': 24, cache: 'npm' },
});

export const installPackages: RunStep = { name: 'Install the packages of the lockfile', run: 'npm ci' };

/** Whether this repository signs in to Azure with a token of the job instead of a password. */
const usesAzure = "vars.AZURE_CLIENT_ID != ''";

/** Sign in to Azure without a stored secret; the job needs `id-token: write`. */
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
 * Log in to Azure's registries; nothing happens where passwords are used instead. The value reaches the command as a variable, so
 * that no shell interprets it.
 * @param registries what each is called in the log, and an expression for its host
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
