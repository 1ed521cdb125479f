import { matchEvent } from 'embedded-cloud/event-pattern';
import { describe, expect, it } from 'vitest';
import { pipelineSchema } from '#schemas/pipeline';
import { events, watchesCaptures } from '../../resources/events.ts';
import { smallPipeline } from '../fakes/data-run.ts';

const pipelineOf = (name: string, trigger: object) =>
  pipelineSchema.parse({ ...(smallPipeline({ trigger }) as object), name });
const marked = pipelineOf('loan', { marker: '_SUCCESS' });
const busy = pipelineSchema.parse({
  ...(smallPipeline({ trigger: { marker: '_SUCCESS' } }) as object),
  name: 'busy',
  drift: { schedule: 'rate(1 day)', onCapture: { every: '2h' } },
});
const eager = pipelineOf('eager', { eachObject: true, quietPeriodSeconds: 0 });

/** The rules that an object of the raw bucket matches, by what they are for. */
function startedBy(key: string): string[] {
  const created = {
    source: 'aws.s3',
    'detail-type': 'Object Created',
    detail: { bucket: { name: 'raw' }, object: { key } },
  };
  return Object.entries(events('dev', [marked, eager])).flatMap(([id, { Properties }]) => {
    const pattern = JSON.stringify(Properties['EventPattern'] ?? null).replaceAll('{"Ref":"RawBucket"}', '"raw"');
    return pattern.includes('"raw"') && matchEvent(JSON.parse(pattern), created) ? [id.replace(/\d+$/, '')] : [];
  });
}

describe('an object of the raw bucket starts', () => {
  it.each([
    ['loan/jan/_SUCCESS', ['DropRule']],
    ['loan/jan/a.csv', []],
    ['loan/outcomes/jan/a.csv', ['OutcomesRule']],
    ['loan/outcomes/a.csv', ['OutcomesRule']],
    ['loan/batch/jan/a.csv', ['BatchRule']],
    ['loan/batches/jan/a.csv', []],
    ['loan/jan/batch/a.csv', []],
    ['loan/jan/outcomes/a.csv', []],
    ['loan/outcomes-2026/_SUCCESS', ['DropRule']],
    ['eager/jan/a.csv', ['DropRule']],
    ['other/outcomes/a.csv', []],
    ['other/batch/jan/a.csv', []],
    ['_tidegate/loan/outcomes/a1/quarantine/00000.jsonl', []],
  ])('%s: %j', (key, rules) => {
    expect(startedBy(key)).toEqual(rules);
  });

  // a prefix cannot leave out one below it, so AdmitDrop passes over these
  it.each(['eager/outcomes/jan/a.csv', 'loan/outcomes/jan/_SUCCESS'])(
    '%s: both rules, of which one passes over it',
    (key) => {
      expect(startedBy(key)).toEqual(['DropRule', 'OutcomesRule']);
    },
  );

  it.each(['eager/batch/jan/a.csv', 'loan/batch/jan/_SUCCESS'])(
    '%s: both rules, of which one passes over it',
    (key) => {
      expect(startedBy(key)).toEqual(['DropRule', 'BatchRule']);
    },
  );

  it.each([
    ['Outcomes', 'outcomes'],
    ['Batch', 'batch'],
  ])('in a stack of many pipelines %s rules within the limit of a pattern', (kind, folder) => {
    const many = Array.from({ length: 120 }, (_, i) => ({
      ...marked,
      name: `p${String(i).padStart(3, '0')}-abcdefghijklmnop`,
    }));
    const rules = Object.entries(events('dev', many)).filter(([id]) => id.startsWith(`${kind}Rule`));
    const keys = rules.flatMap(([, { Properties }]) => {
      const { EventPattern } = Properties as unknown as { EventPattern: { detail: { object: { key: object[] } } } };
      const size = JSON.stringify(EventPattern).replaceAll('{"Ref":"RawBucket"}', `"${'x'.repeat(63)}"`).length;
      expect(size).toBeLessThanOrEqual(2048);
      return EventPattern.detail.object.key;
    });
    expect(rules.length).toBeGreaterThan(1);
    expect(keys).toEqual(many.map(({ name }) => ({ prefix: `${name}/${folder}/` })));
  });
});

describe('a capture', () => {
  const rules = Object.entries(events('dev', [marked, busy])).filter(([id]) => id.endsWith('CaptureRule'));

  it('starts a check of the pipelines alone that want it', () => {
    expect(rules.map(([id]) => id)).toEqual(['BusyCaptureRule']);
    const [, { Properties = {} } = {}] = rules[0] ?? [];
    const pattern = JSON.parse(
      JSON.stringify(Properties['EventPattern']).replaceAll('{"Ref":"CleanBucket"}', '"clean"'),
    );
    const created = (key: string) => ({
      source: 'aws.s3',
      'detail-type': 'Object Created',
      detail: { bucket: { name: 'clean' }, object: { key } },
    });
    expect(matchEvent(pattern, created('busy/captures/tidegate-dev-busy/AllTraffic/2026/01/01/00/a.jsonl'))).toBe(true);
    expect(matchEvent(pattern, created('busy/predictions/2026/01/01/00/a.json.gz'))).toBe(false);
    expect(matchEvent(pattern, created('loan/captures/a.jsonl'))).toBe(false);
    expect(Properties['Targets']).toMatchObject([
      {
        Arn: { Ref: 'CheckArrivalsStateMachine' },
        InputTransformer: { InputTemplate: '{"pipeline": "busy", "everySeconds": 7200, "key": <key>}' },
      },
    ]);
  });

  it('of a pipeline that does not want it is told to nobody', () => {
    expect([marked, busy].map(watchesCaptures)).toEqual([false, true]);
  });
});
