import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { has, readingsOf, settingsOf } from '#domain/stage-settings';

const base = {
  name: 'churn',
  deployment: { instances: { type: 'ml.m5.large', count: 1 }, alarms: { errors: 1, latency: 500 }, percent: 10 },
  drift: { schedule: 'rate(1 day)' },
};
const file = (stages: unknown) => ({ ...base, stages });

describe('the settings of a stage', () => {
  it.each([
    [
      'replace those of the file, one by one',
      { instances: { count: 4 } },
      { instances: { type: 'ml.m5.large', count: 4 } },
    ],
    ['may be new', { strategy: 'canary' }, { strategy: 'canary' }],
    ['take a setting out by null', { percent: null }, { percent: undefined }],
    ['replace the whole by an empty mapping', { alarms: {} }, { alarms: {} }],
    ['may replace one member of a mapping', { alarms: { latency: 900 } }, { alarms: { errors: 1, latency: 900 } }],
    ['may put a mapping where there was none', { percent: { a: 1 } }, { percent: { a: 1 } }],
  ])('%s', (_, deployment, changed) => {
    const { deployment: merged } = settingsOf(file({ prod: { deployment } }), 'prod') as typeof base;
    expect(merged).toEqual({ ...base.deployment, ...changed });
  });

  it('take a section out by null', () => {
    expect(settingsOf(file({ dev: { drift: null } }), 'dev')).toEqual({ name: 'churn', deployment: base.deployment });
  });

  it.each([undefined, 'test', 'toString'])('are those of the file for the stage %s, which has no entry', (stage) => {
    expect(settingsOf(file({ prod: { deployment: { percent: 20 } } }), stage)).toEqual(base);
  });

  it.each([null, 'text', [1], 5])('are left to the schema where the file is %j', (value) => {
    expect(settingsOf(value, 'prod')).toBe(value);
    expect(readingsOf(value)).toEqual([{ settings: value }]);
  });

  it.each([null, 'text', []])('are those of the file where stages is %j', (stages) => {
    expect(readingsOf(file(stages))).toEqual([{ settings: base }]);
  });

  it('never have stages, and leave the file and the other stages as they are', () => {
    const settings = fc.dictionary(fc.stringMatching(/^[a-d]$/), fc.jsonValue({ maxDepth: 2 }), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(settings, settings, settings, (own, dev, prod) => {
        const whole = { ...own, stages: { dev, prod } };
        const before = structuredClone(whole);
        const readings = readingsOf(whole);
        expect(whole).toEqual(before);
        expect(readings.map(({ stage }) => stage)).toEqual([undefined, 'dev', 'prod']);
        for (const reading of readings) expect(reading.settings).not.toHaveProperty('stages');
        expect(readings[0]?.settings).toEqual(own);
        // what a stage says again changes nothing
        expect(settingsOf({ ...(readings[1]?.settings as object), stages: { dev } }, 'dev')).toEqual(
          readings[1]?.settings,
        );
      }),
    );
  });
});

it.each([
  [['a', 'b'], true],
  [['a', 'c'], false],
  [['a', 'b', 'c'], false],
  [['d', 0], true],
  [[], true],
])('a value has something at %j: %s', (path, expected) => {
  expect(has({ a: { b: null }, d: [1] }, path)).toBe(expected);
});
