import { describe, expect, it } from '@jest/globals';
import { type Application, formatState, isReconciledSince, isSyncedAndHealthy } from '../cluster/argo.ts';
import { readErrorMessage } from '../cluster/argo-cli.ts';

const application = (status?: Application['status']): Application => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'shop' },
  ...(status === undefined ? {} : { status }),
});

describe('an Application', () => {
  it.each<[Application['status'], string, boolean]>([
    [{ sync: { status: 'Synced' }, health: { status: 'Healthy' } }, 'Synced, Healthy', true],
    [{ sync: { status: 'Synced' }, health: { status: 'Degraded' } }, 'Synced, Degraded', false],
    [{ sync: { status: 'OutOfSync' }, health: { status: 'Healthy' } }, 'OutOfSync, Healthy', false],
    [undefined, 'not synced yet, health not known yet', false],
  ])('with the status %j is %s', (status, state, syncedAndHealthy) => {
    expect([formatState(application(status)), isSyncedAndHealthy(application(status))]).toEqual([
      state,
      syncedAndHealthy,
    ]);
  });

  it('counts as compared only if that is certain, because its timestamps have no fractions of a second', () => {
    const compared = application({ reconciledAt: '2026-01-01T00:00:05Z' });
    expect(
      ['04.999', '05.000', '05.001'].map((second) =>
        isReconciledSince(compared, new Date(`2026-01-01T00:00:${second}Z`)),
      ),
    ).toEqual([true, false, false]);
    expect(isReconciledSince(application(), new Date(0))).toBe(false);
  });
});

describe("the error message of Argo CD's command line", () => {
  it.each([
    [
      '{"level":"fatal","msg":"rpc error: code = PermissionDenied desc = permission denied: projects, delete, shop","time":"x"}',
      'permission denied: projects, delete, shop',
    ],
    [
      '{"level":"warning","msg":"slow"}\n{"level":"fatal","msg":"configmap \\"argocd-cm\\" not found"}\n',
      'configmap \\"argocd-cm\\" not found',
    ],
    ['Error: unknown flag: --nonsense\n', 'Error: unknown flag: --nonsense'],
    ['', ''],
  ])('%s', (stderr, message) => {
    expect(readErrorMessage(stderr)).toBe(message);
  });
});
