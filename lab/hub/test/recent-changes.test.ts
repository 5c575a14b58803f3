import { describe, expect, it } from '@jest/globals';
import { Changes, withLag } from '../recent-changes.ts';

describe('changes under a lag', () => {
  let now = 0;
  const changes = new Changes(() => now);
  changes.created('release', 1);
  changes.moved(1, 'refs/heads/main', 'a');
  now = 100;
  changes.moved(1, 'refs/heads/main', 'b');

  it.each([
    [0, 100, false, 'a'],
    [100, 50, true, 'b'],
    [100, 100, true, 'b'],
    [100, 101, false, 'a'],
    [151, 50, true, undefined],
    [250, 150, true, undefined],
  ])('after %i ms with a lag of %i ms', (time, lagMs, isVisible, position) => {
    now = time;
    expect(withLag(lagMs, () => changes.isVisible('release', 1))).toBe(isVisible);
    expect(withLag(lagMs, () => changes.visiblePosition(1, 'refs/heads/main'))).toBe(position);
  });

  it('are all visible without one', () => {
    now = 0;
    expect(changes.isVisible('release', 1)).toBe(true);
    expect(changes.visiblePosition(1, 'refs/heads/main')).toBeUndefined();
  });
});
