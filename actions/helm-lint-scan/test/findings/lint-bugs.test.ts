import { describe, expect, it } from '@jest/globals';
import { findLintBug } from '../../src/findings/lint-bugs.ts';

describe('a message of helm lint', () => {
  const issue = (message: string, lists: string[] = []): string | undefined =>
    findLintBug(message, (template) => lists.includes(template))?.replace(/.*\//, '#');
  const extension = (file: string): string =>
    `${file}: file extension '.sh' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt`;
  const unnamed = 'templates/a.yaml: object name does not conform to Kubernetes naming requirements: "": metadata.name';

  it('may be due to a bug of Helm', () => {
    expect(issue('templates/e.yaml: unable to parse YAML: invalid Yaml document separator: apiVersion: v1')).toBe(
      '#10149',
    );
    expect(issue(extension('templates/scripts/_echo.sh'))).toBe('#5758');
    expect(issue(unnamed, ['templates/a.yaml'])).toBe('#9258');
  });

  it('may be due to the chart', () => {
    expect(issue(extension('templates/echo.sh'))).toBeUndefined();
    expect(issue(unnamed, ['templates/b.yaml'])).toBeUndefined();
    expect(issue('templates/a.yaml: unable to parse YAML: did not find expected key')).toBeUndefined();
  });
});
