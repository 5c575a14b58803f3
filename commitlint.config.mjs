/**
 * Conventional commits, https://www.conventionalcommits.org/en/v1.0.0/, with a subject that `git log --oneline` shows whole.
 * @type {import('@commitlint/types').UserConfig}
 */
export default {
  extends: ['@commitlint/config-conventional'],
  rules: {
    'header-max-length': [2, 'always', 72],
    'body-leading-blank': [2, 'always'],
    // Names keep their case: SARIF, YAML, GitHub.
    'subject-case': [0],
  },
  // Dependabot writes its own subjects.
  ignores: [(message) => /^Signed-off-by: dependabot\[bot\]/m.test(message)],
};
