import type { Workflow } from './model.ts';
import { shop } from './shop.ts';
import {
  checkedOutAction,
  checkout,
  installPackages,
  setUpBuildx,
  setUpHelm,
  setUpNode,
  setUpTerraform,
} from './steps.ts';

const terraformRoots = ['platform', 'bootstrap', 'github'];

/** Every pull request, with the actions as the pull request has them. It has no secrets, so that a fork's code can not take any. */
export const ci: Workflow = {
  name: 'CI',
  on: { pull_request: null },
  permissions: {},
  // A new push makes the run of the previous one worthless.
  concurrency: { group: 'ci-${{ github.ref }}', 'cancel-in-progress': true },
  jobs: {
    checks: {
      name: 'Types, lint, drift',
      'runs-on': 'ubuntu-latest',
      'timeout-minutes': 15,
      permissions: { contents: 'read' },
      steps: [checkout, setUpNode, installPackages, { name: 'Check', run: 'npm run check' }],
    },
    tests: {
      name: 'Tests',
      'runs-on': 'ubuntu-latest',
      // The tools that the tests run are built from source the first time.
      'timeout-minutes': 45,
      permissions: { contents: 'read' },
      steps: [
        checkout,
        setUpNode,
        setUpTerraform,
        installPackages,
        // As root, because the tests start BuildKit and a cluster; with the path that the steps before have set up.
        { name: 'Test', run: 'sudo env "PATH=$PATH" npm test' },
      ],
    },
    images: {
      name: 'Images build',
      'runs-on': 'ubuntu-latest',
      'timeout-minutes': 20,
      permissions: { contents: 'read' },
      steps: [
        checkout,
        setUpBuildx,
        checkedOutAction('build-push-image', {
          id: 'images',
          name: 'Build the images without pushing them',
          with: { images: shop.images, registry: 'localhost', push: false },
        }),
      ],
    },
    chart: {
      name: 'Chart',
      'runs-on': 'ubuntu-latest',
      'timeout-minutes': 10,
      permissions: { contents: 'read' },
      steps: [
        checkout,
        setUpHelm,
        checkedOutAction('helm-lint-scan', {
          id: 'chart',
          name: 'Lint and scan the charts',
          with: { charts: 'helm/*' },
        }),
      ],
    },
    terraform: {
      name: 'Terraform',
      'runs-on': 'ubuntu-latest',
      'timeout-minutes': 15,
      permissions: { contents: 'read' },
      steps: [
        checkout,
        setUpTerraform,
        // The tests run against stubs with the providers' schemas; here the providers themselves judge.
        ...terraformRoots.flatMap((root) => [
          {
            name: `Fetch the providers of ${root}`,
            run: `terraform -chdir=terraform/${root} init -backend=false -input=false`,
          },
          { name: `Validate ${root}`, run: `terraform -chdir=terraform/${root} validate` },
        ]),
        {
          name: 'Scan for insecure settings',
          run: 'pipx run checkov==3.3.30 --directory terraform --framework terraform --compact --quiet',
        },
      ],
    },
    audit: {
      name: 'Workflow security',
      'runs-on': 'ubuntu-latest',
      'timeout-minutes': 10,
      permissions: { contents: 'read' },
      steps: [
        checkout,
        // Offline: the audits that ask GitHub's API would make a run depend on its rate limits.
        { name: 'Audit the workflows and actions', run: 'pipx run zizmor==1.32.0 --offline .' },
      ],
    },
  },
};
