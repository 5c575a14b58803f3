import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { Findings } from '../../../../actions/helm-lint-scan/src/findings/findings.ts';
import { reportOwnRules } from '../../../../actions/helm-lint-scan/src/findings/own-rule-findings.ts';
import { createReader } from '../../../../actions/helm-lint-scan/src/manifests/read.ts';
import { OwnRulesBudget } from '../../../../actions/helm-lint-scan/src/own-rules/evaluate.ts';
import type { OwnRule } from '../../../../actions/helm-lint-scan/src/own-rules/own-rule.ts';
import { readOwnRules } from '../../../../actions/helm-lint-scan/src/own-rules/read-rules.ts';
import { type ApiServer, startApiServer } from './api-server.ts';
import { OBJECTS, POLICIES } from './policies.ts';

describe('policies in the API server and in the action', () => {
  let server: ApiServer;
  let rules: OwnRule[];
  beforeAll(async () => {
    server = await startApiServer();
    rules = await readOwnRules([{ path: 'policies.yaml', text: POLICIES }]);
    for (const document of parseAllDocuments(POLICIES)) await server.create(document.toJS());
    await untilPoliciesApply();
  }, 600_000);
  afterAll(() => server?.stop());

  /** The server reads all its policies again and again. The last that it gets refuse an object each. */
  async function untilPoliciesApply(): Promise<void> {
    const refusing = rules.filter(({ id }) => !id.startsWith('own/default-'));
    const deadline = Date.now() + 60_000;
    for (;;) {
      const answers = await Promise.all(OBJECTS.map((object) => server.ask(object)));
      const missing = refusing.filter(
        ({ id }) => !answers.some(({ message }) => message.includes(`'${id.slice('own/'.length)}'`)),
      );
      if (missing.length === 0) return;
      if (Date.now() > deadline) throw new Error(`refuse nothing: ${missing.map(({ id }) => id).join(', ')}`);
      await sleep(500);
    }
  }

  /** The errors that the action reports for an object. */
  function scan(object: Record<string, unknown>): string[] {
    const location = { file: 'object.yaml', line: 1, exact: true };
    const set = {
      ...createReader().manifests([{ path: location.file, text: JSON.stringify(object) }]),
      id: { subject: 'manifests', values: '', kubeVersion: '1.34' },
      kube: { text: '1.34', minor: '1.34', full: '1.34.0' },
      namespace: 'default',
      origin: 'manifests',
      built: [],
      locate: () => location,
      locateText: () => location,
    } as const;
    const findings = new Findings(new Map());
    reportOwnRules(set, { rules, chart: undefined, budget: new OwnRulesBudget() }, findings);
    // The server is not asked about the pods that would be created later.
    const reported = findings
      .list()
      .filter(({ level, message }) => level === 'error' && !message.includes(': its pods: '));
    return reported.map(({ message }) => message);
  }

  it.each(OBJECTS.map((object) => [JSON.stringify(object), object] as const))('agree on %s', async (_text, object) => {
    const answer = await server.ask(object);
    const found = scan(object);
    expect({ accepted: found.length === 0, found, message: answer.message }).toMatchObject({
      accepted: answer.accepted,
    });
    // The server names one policy and its message.
    const reason = / denied request: (.*)$/s.exec(answer.message)?.[1];
    if (reason !== undefined && !reason.startsWith('expression ')) expect(found.join('\n')).toContain(reason);
  });
});
