import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EventEnvelope } from '#src/eventbridge/envelope';
import { readPath } from '#src/eventbridge/json-path';
import { InvalidTargetInputError, targetInput } from '#src/eventbridge/target-input';

const event: EventEnvelope = {
  version: '0',
  id: '7bf73129',
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  account: '123456789012',
  time: '2015-11-11T21:29:54Z',
  region: 'us-east-1',
  resources: ['arn:one', 'arn:two'],
  detail: {
    'instance-id': 'i-0123456789',
    state: 'RUNNING',
    n: 3,
    note: 'say "hi"',
    tags: { a: 'b' },
    list: [{ k: 1 }, { k: 2 }],
  },
};
const rule = { name: 'r', arn: 'arn:rule' };
const ingested = Date.UTC(2026, 0, 1);
const transform = (InputTemplate: string, InputPathsMap: Record<string, string> = {}) =>
  JSON.parse(targetInput({ InputTransformer: { InputPathsMap, InputTemplate } }, event, rule, ingested)) as unknown;
const paths = {
  instance: '$.detail.instance-id',
  status: '$.detail.state',
  n: '$.detail.n',
  note: '$.detail.note',
  tags: '$.detail.tags',
};

describe('input transformer', () => {
  test.each([
    ['"<instance> is in state <status>"', 'i-0123456789 is in state RUNNING'],
    ['"<instance> is in state \\"<status>\\""', 'i-0123456789 is in state "RUNNING"'],
    [
      '{"myInstance": <instance>, "myStatus": "<instance> is in state \\"<status>\\""}',
      { myInstance: 'i-0123456789', myStatus: 'i-0123456789 is in state "RUNNING"' },
    ],
    ['{"n": <n>, "tags": <tags>, "text": "n=<n>"}', { n: 3, tags: { a: 'b' }, text: 'n=3' }],
    ['{"note": "they <note>"}', { note: 'they say "hi"' }],
    ['{"quoted": "<tags>"}', { quoted: '{a:b}' }],
    ['{"gone": "a<missing>b"}', { gone: 'ab' }],
    ['plain <status> text of <n>', 'plain RUNNING text of 3'],
    [' <tags> ', { a: 'b' }],
  ])('%s', (template, expected) => {
    expect(transform(template, paths)).toEqual(expected);
  });

  test('the predefined variables', () => {
    expect(
      transform(
        '{"arn": <aws.events.rule-arn>, "name": "<aws.events.rule-name>", "at": <aws.events.event.ingestion-time>}',
      ),
    ).toEqual({ arn: 'arn:rule', name: 'r', at: '2026-01-01T00:00:00.000Z' });
    expect(transform('{"all": <aws.events.event.json>}')).toEqual({ all: event });
    const { detail: _, ...rest } = event;
    expect(transform('{"most": <aws.events.event>}')).toEqual({ most: rest });
  });

  test('a variable without a value outside quotes makes no JSON', () => {
    expect(() => transform('{"gone": <missing>}', paths)).toThrow(InvalidTargetInputError);
  });

  test('any text survives inside quotes and outside', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (s) => {
        const shape = {
          InputTransformer: { InputPathsMap: { s: '$.detail' }, InputTemplate: '{"in": "<s>", "out": <s>}' },
        };
        expect(JSON.parse(targetInput(shape, { ...event, detail: s }, rule, ingested))).toEqual({ in: s, out: s });
      }),
    );
  });
});

describe('paths', () => {
  test.each([
    ['$', event],
    ['$.detail.state', 'RUNNING'],
    ['$.detail-type', 'EC2 Instance State-change Notification'],
    ['$.resources[1]', 'arn:two'],
    ['$.resources[*]', ['arn:one', 'arn:two']],
    ['$.detail.list[*].k', [1, 2]],
    ['$.detail.list.k', [1, 2]],
    ['$.detail.nothing.at.all', undefined],
    ['$..state', undefined],
    ['$.constructor', undefined],
  ])('%s', (path, expected) => {
    expect(readPath(event, path)).toEqual(expected);
  });
  test('an input path that leads nowhere sends null', () => {
    expect(targetInput({ InputPath: '$.detail.gone' }, event, rule, ingested)).toBe('null');
  });
});
