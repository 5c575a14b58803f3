import type { Workflow } from './model.ts';
import { shop } from './shop.ts';
import {
  checkedOutAction,
  checkout,
  checkoutWithHistory,
  installPackages,
  pinned,
  setUpBuildx,
  setUpHelm,
  setUpNode,
  setUpTerraform,
} from './steps.ts';

const terraformRoots = ['platform', 'bootstrap', 'github'];

/** Checks every pull request, with the actions of the pull request. It has no secrets that the code of a fork could steal. */
export const ci: Workflow = {
  name: 'CI',
  on: { pull_request: null },
  permissions: {},
  // A new push makes the run of the previous push obsolete.
  concurrency: { group: 'ci-${{ github.ref }}', 'cancel-in-progress': true },
  jobs: {
    checks: {
      name: 'Types, lint, drift',
      'runs-on': 'ubuntu-latest',
      'timeout-minutes': 15,
      permissions: { contents: 'read' },
      // All commits, because the checks search each of them for secrets.
      steps: [checkoutWithHistory, setUpNode, installPackages, { name: 'Check', run: 'npm run check' }],
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
        // As root, because the tests start BuildKit and a cluster; with the PATH that the steps before have set up.
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
        // The tests run against stubs with the providers' schemas. The real providers validate here.
        ...terraformRoots.flatMap((root) => [
          {
            name: `Fetch the providers of ${root}`,
            run: `terraform -chdir=terraform/${root} init -backend=false -input=false`,
          },
          { name: `Validate ${root}`, run: `terraform -chdir=terraform/${root} validate` },
        ]),
        { name: 'Create an environment for checkov', run: 'python3 -m venv ../checkov' },
        {
          name: 'Install checkov and its dependencies, pinned by hash',
          run: '../checkov/bin/pip install --require-hashes --only-binary :all: --requirement .github/requirements/checkov.txt',
        },
        {
          name: 'Scan for insecure settings',
          run: '../checkov/bin/checkov --directory terraform --framework terraform --compact --quiet',
        },
      ],
    },
    vulnerabilities: {
      name: 'Known vulnerabilities',
      'runs-on': 'ubuntu-latest',
      'timeout-minutes': 10,
      permissions: { contents: 'read' },
      steps: [
        checkout,
        // The dependencies that the pull request adds, of every ecosystem and scope.
        pinned('actions/dependency-review-action', {
          name: 'Review new dependencies',
          with: { 'fail-on-severity': 'high', 'fail-on-scopes': 'runtime, development, unknown' },
        }),
        setUpNode,
        // The existing dependencies that run: in the bundles and in the shop's images.
        { name: 'Audit the packages that run', run: 'npm audit --omit=dev --audit-level=moderate' },
      ],
    },
  },
};
