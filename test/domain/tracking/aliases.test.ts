import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aliasesOf, type RegisteredRun } from '#domain/tracking/aliases';

const registered = (version: number, own: Partial<RegisteredRun> = {}): RegisteredRun => ({
  runId: `r${version}`,
  modelPackageVersion: version,
  status: 'registered',
  ...own,
});
const serving = (version: number) => ({ runId: `r${version}`, modelPackageVersion: version });

describe('the aliases of a pipeline', () => {
  it('are the model in service and the newest that waits', () => {
    const runs = [registered(1, { status: 'deployed' }), registered(2), registered(3)];
    expect(aliasesOf(serving(1), runs)).toEqual({ champion: 'r1', challenger: 'r3' });
  });

  it('are the waiting model alone before any was promoted', () => {
    expect(aliasesOf(undefined, [registered(1)])).toEqual({ champion: undefined, challenger: 'r1' });
  });

  it('leave out what was rejected, superseded, or never registered', () => {
    const runs = [
      registered(1),
      registered(2, { status: 'deployed' }),
      registered(3, { approval: 'Rejected' }),
      { runId: 'r4', status: 'registered' },
      { runId: 'r5', status: 'failed' },
    ];
    expect(aliasesOf(serving(2), runs)).toEqual({ champion: 'r2', challenger: undefined });
  });

  it('do not call the model challenger that was rolled back from', () => {
    const runs = [registered(1, { status: 'deployed' }), registered(2, { status: 'deployed' })];
    expect(aliasesOf(serving(1), runs)).toEqual({ champion: 'r1', challenger: undefined });
  });

  it('do not depend on the order of the runs, and never name one model twice', () => {
    const versions = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1 });
    fc.assert(
      fc.property(versions, fc.nat(), (some, at) => {
        const runs = some.map((version) => registered(version));
        const champion = serving(some[at % some.length] as number);
        const found = aliasesOf(champion, runs);
        expect(aliasesOf(champion, runs.toReversed())).toEqual(found);
        expect(found.challenger).not.toBe(found.champion);
      }),
    );
  });
});
