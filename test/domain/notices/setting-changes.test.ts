import fc from 'fast-check';
import { expect, it } from 'vitest';
import { settingChanges } from '#domain/notices/setting-changes';

it('names what differs by its path', () => {
  const before = { training: { algorithm: 'xgboost', rounds: 10 }, gates: [1], gone: 1, empty: {} };
  const now = { training: { algorithm: 'xgboost', rounds: 20 }, gates: [1, 2], empty: {}, more: { own: null } };
  expect(settingChanges(before, now)).toEqual([
    { setting: 'gates', before: '[1]', now: '[1,2]' },
    { setting: 'gone', before: '1', now: undefined },
    { setting: 'more.own', before: undefined, now: 'null' },
    { setting: 'training.rounds', before: '10', now: '20' },
  ]);
  const settings = settingChanges(before, now, 'training').map(({ setting }) => setting);
  expect(settings).toEqual(['training.rounds', 'gates', 'gone', 'more.own']);
  expect(settingChanges(undefined, undefined)).toEqual([]);
});

it('finds nothing in equal settings, and the same the other way round', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      expect(settingChanges(one, structuredClone(one))).toEqual([]);
      const back = settingChanges(other, one).map(({ setting, before, now }) => ({
        setting,
        before: now,
        now: before,
      }));
      expect(settingChanges(one, other)).toEqual(back);
    }),
  );
});
