/**
 * Which directory may import from which. `npm run check` applies it; CONTRIBUTING.md describes it.
 * @type {import('dependency-cruiser').IConfiguration}
 */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'No file imports itself through others, types included. Move what both need to a file below both.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'actions-are-independent',
      comment: 'An action imports actions/lib and nothing of another action. Move what both need to actions/lib.',
      severity: 'error',
      from: { path: '^actions/([^/]+)/', pathNot: '^actions/lib/' },
      to: { path: '^actions/', pathNot: '^actions/($1|lib)/' },
    },
    {
      name: 'lib-knows-no-action',
      comment: 'actions/lib is below the actions.',
      severity: 'error',
      from: { path: '^actions/lib/' },
      to: { path: '^actions/', pathNot: '^actions/lib/' },
    },
    {
      name: 'product-knows-no-tooling',
      comment: 'Nothing that users run imports the lab, the scripts or the workflows. Tests may.',
      severity: 'error',
      from: { path: '^(actions|app|argocd|helm|terraform)/', pathNot: '/(test|scripts)/' },
      to: { path: '^(bench|lab|scripts|workflows-src)/' },
    },
    {
      name: 'workflows-know-action-metadata-alone',
      comment:
        'The workflows know the actions by the types that are generated from action.yml, and the table of versions.',
      severity: 'error',
      from: { path: '^workflows-src/', pathNot: '^workflows-src/test/' },
      to: { dependencyTypes: ['local'], pathNot: '^(workflows-src/|versions\\.ts$)' },
    },
    {
      name: 'sources-know-no-tests',
      comment: 'Only tests import from a test directory.',
      severity: 'error',
      from: { pathNot: '(^|/)test/' },
      to: { path: '(^|/)test/', pathNot: 'node_modules' },
    },
  ],
  options: {
    // TypeScript 7 has no API for tools yet. swc reads every import; imports of types count as others.
    parser: 'swc',
    exclude: { path: '(^|/)(dist|fixtures)/' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
