import { describe, expect, it } from '@jest/globals';
import { type Application, isReconciledSince, isSettled, stateOf } from '../cluster/argo.ts';
import { complaintOf } from '../cluster/argo-cli.ts';

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
  ])('with the status %j is %s', (status, state, settled) => {
    expect([stateOf(application(status)), isSettled(application(status))]).toEqual([state, settled]);
  });

  it('was compared since only if that is sure, for its times have no fractions of a second', () => {
    const compared = application({ reconciledAt: '2026-01-01T00:00:05Z' });
    expect(
      ['04.999', '05.000', '05.001'].map((second) =>
        isReconciledSince(compared, new Date(`2026-01-01T00:00:${second}Z`)),
      ),
    ).toEqual([true, false, false]);
    expect(isReconciledSince(application(), new Date(0))).toBe(false);
  });
});

describe("what Argo CD's command line complains of", () => {
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
  ])('%s', (stderr, complaint) => {
    expect(complaintOf(stderr)).toBe(complaint);
  });
});
