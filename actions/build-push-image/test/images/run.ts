import { tmpdir } from 'node:os';
import type { RegistryName } from '../../../lib/identifiers.ts';
import type { Exec, ExecResult } from '../../../lib/processes/exec.ts';
import { type Context, readContext } from '../../../lib/runner/context.ts';
import { loadRunContext } from '../../src/images/run-context.ts';
import type { Settings } from '../../src/inputs/inputs.ts';
import { parseTagRule, type TagRule } from '../../src/tags/rule-syntax.ts';
import { FakeExec, failed, ok, plan } from '../fakes.ts';

export const sha = '0123456789abcdef0123456789abcdef01234567';
const context = (ref = 'refs/heads/main', commit = sha): Context =>
  readContext({
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_SHA: commit,
    GITHUB_REF: ref,
    GITHUB_WORKSPACE: tmpdir(),
    GITHUB_RUN_ID: '7',
    GITHUB_RUN_ATTEMPT: '2',
  });
export const rules = (...texts: string[]): TagRule[] =>
  texts.flatMap((text) => {
    const parsed = parseTagRule(text);
    return 'value' in parsed && parsed.value.kind !== 'match' ? [parsed.value] : [];
  });
export const settings = (change: Partial<Settings> = {}): Settings => ({
  allowedPaths: { workspace: tmpdir() },
  images: [{ ...plan.image, platforms: ['linux/amd64'], labels: new Map([['own', 'label']]), tags: rules('sha') }],
  registry: 'ghcr.io/acme' as RegistryName,
  otherRegistries: [],
  logins: [],
  overwriteTags: false,
  commit: 'run',
  promotion: undefined,
  push: true,
  cache: 'gha',
  provenance: 'mode=max',
  sbom: 'false',
  reproducible: true,
  commitLabels: false,
  builder: undefined,
  maxParallel: 4,
  retries: 3,
  pushTimeout: 3600,
  extraArgs: [],
  dryRun: false,
  summary: true,
  notices: [],
  ...change,
});
/** The settings of one image with these rules. */
export const withRules = (...texts: string[]): Pick<Settings, 'images'> => ({
  images: settings().images.map((image) => ({ ...image, tags: rules(...texts) })),
});
/** Git in a checkout of a commit at a time. */
export const git = (time = '1700000000\n', head = `${sha}\n`) =>
  new FakeExec((args) => {
    if (args.includes('ls-remote')) return failed('no remote');
    if (args.includes('log')) return ok(time);
    return ok(args.at(-1) === `${sha}^{commit}` ? `${sha}\n` : head);
  });
export const noGit = (result: ExecResult = failed('not a git repository')) => new FakeExec(() => result);

/** The context of a run with these settings, on this ref, with this Git and this event. */
export const loadRun = (
  change: Partial<Settings> = {},
  {
    ref,
    commit,
    exec = git(),
    event = {},
  }: { ref?: string; commit?: string; exec?: Exec; event?: Record<string, unknown> } = {},
) => loadRunContext(settings(change), { context: context(ref, commit), event }, { exec, env: {} });
