import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FakeTaskRequest, runDefinition } from '#src/stepfunctions/run-definition';
import { parseCsv } from '#src/stepfunctions/states/csv';

const lambda = 'arn:aws:lambda:eu-central-1:123456789012:function:work';
const distributed = (
  map: object,
  processor: object = { StartAt: 'T', States: { T: { Type: 'Task', Resource: lambda, End: true } } },
) => ({
  QueryLanguage: 'JSONata',
  StartAt: 'M',
  States: {
    M: {
      Type: 'Map',
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...processor },
      End: true,
      ...map,
    },
  },
});
const reader = (InputType: string, more: object = {}, Key = 'items') => ({
  ItemReader: {
    Resource: 'arn:aws:states:::s3:getObject',
    ReaderConfig: { InputType, ...more },
    Arguments: { Bucket: 'b', Key },
  },
});
/** Answers S3 from a table of objects and functions by returning their event. */
const echo =
  (objects: Record<string, unknown> = {}) =>
  ({ resource, arguments: args }: FakeTaskRequest) => {
    if (resource === lambda) return args;
    const { Key } = args as { Key?: string };
    return objects[Key ?? ''] ?? null;
  };

describe('a Distributed Map', () => {
  it('shows only the map run in the history of the parent', async () => {
    const result = await runDefinition({ definition: distributed({}), input: [1, 2], tasks: echo() });
    expect(result.events.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, 'ExecutionStarted'],
      [2, 0, 'MapStateEntered'],
      [3, 2, 'MapStateStarted'],
      [4, 3, 'MapRunStarted'],
      [5, 4, 'MapRunSucceeded'],
      [6, 5, 'MapStateSucceeded'],
      [7, 5, 'MapStateExited'],
      [8, 7, 'ExecutionSucceeded'],
    ]);
    expect(result.output).toEqual([1, 2]);
    expect(result.children.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  });

  it.each([
    ['JSON', {}, '[{"a":1},{"a":2}]', [{ a: 1 }, { a: 2 }]],
    ['JSON', { ItemsPointer: '/x/y' }, '{"x":{"y":[1,2]}}', [1, 2]],
    ['JSON', {}, '{"k":1}', [{ Key: 'k', Value: 1 }]],
    ['JSON', { MaxItems: 1 }, '[1,2,3]', [1]],
    ['JSONL', {}, '{"a":1}\n\n"b"\n', [{ a: 1 }, 'b']],
    ['CSV', { CSVHeaderLocation: 'FIRST_ROW' }, 'a,b\r\n1,"x, ""y"""\r\n', [{ a: '1', b: 'x, "y"' }]],
    [
      'CSV',
      { CSVHeaderLocation: 'GIVEN', CSVHeaders: ['p', 'q'], CSVDelimiter: 'PIPE' },
      '1|2\n3|4',
      [
        { p: '1', q: '2' },
        { p: '3', q: '4' },
      ],
    ],
  ] as const)('reads items from %s with %j', async (type, config, text, expected) => {
    const result = await runDefinition({ definition: distributed(reader(type, config)), tasks: echo({ items: text }) });
    expect(result.output).toEqual(expected);
  });

  it('lists objects with listObjectsV2', async () => {
    const definition = distributed({
      ItemReader: { Resource: 'arn:aws:states:::s3:listObjectsV2', Arguments: { Bucket: 'b', Prefix: 'p/' } },
    });
    const result = await runDefinition({
      definition,
      tasks: (request) => (request.resource === lambda ? request.arguments : [{ Key: 'p/1', Size: 3 }]),
    });
    expect(result.output).toEqual([{ Key: 'p/1', Size: 3 }]);
    expect(result.calls[0]?.arguments).toEqual({ Bucket: 'b', Prefix: 'p/' });
  });

  it('fails with States.ItemReaderFailed when the items cannot be read', async () => {
    const result = await runDefinition({ definition: distributed(reader('JSON')), tasks: echo({ items: 'no json' }) });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed' });
    expect(result.events.map(({ type }) => type).slice(-3)).toEqual([
      'MapRunFailed',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
  });

  it('batches items by number and by bytes, with a common input', async () => {
    const run = (ItemBatcher: object) =>
      runDefinition({ definition: distributed({ ItemBatcher }), input: [1, 2, 3, 4, 5], tasks: echo() });
    expect((await run({ MaxItemsPerBatch: 2, BatchInput: { run: 'r' } })).output).toEqual([
      { BatchInput: { run: 'r' }, Items: [1, 2] },
      { BatchInput: { run: 'r' }, Items: [3, 4] },
      { BatchInput: { run: 'r' }, Items: [5] },
    ]);
    const sizes = (await run({ MaxInputBytesPerBatch: 17 })).output as { Items: number[] }[];
    expect(sizes.flatMap(({ Items }) => Items)).toEqual([1, 2, 3, 4, 5]);
    expect(sizes.every((batch) => JSON.stringify(batch).length <= 17)).toBe(true);
    expect(sizes.length).toBeLessThan(5);
  });

  const failOn = (bad: readonly number[]) => (request: FakeTaskRequest) => {
    if (bad.includes(request.arguments as number)) throw { error: 'Bad', cause: 'item' };
    return request.arguments;
  };

  it.each([
    [{}, [2], 'FAILED'],
    [{ ToleratedFailureCount: 1 }, [2], 'SUCCEEDED'],
    [{ ToleratedFailureCount: 1 }, [2, 3], 'FAILED'],
    [{ ToleratedFailurePercentage: 50 }, [1, 2], 'SUCCEEDED'],
    [{ ToleratedFailurePercentage: 49 }, [1, 2], 'FAILED'],
    [{ ToleratedFailureCount: '{% 4 %}', ToleratedFailurePercentage: 10 }, [1], 'FAILED'],
  ])('with %j and failures of %j ends %s', async (tolerance, bad, status) => {
    const result = await runDefinition({ definition: distributed(tolerance), input: [1, 2, 3, 4], tasks: failOn(bad) });
    expect(result.status).toBe(status);
    if (status === 'FAILED') {
      expect(result).toMatchObject({
        error: 'States.ExceedToleratedFailureThreshold',
        cause: 'The specified tolerated failure threshold was exceeded',
      });
    }
  });

  it.each([
    [{ ToleratedFailureCount: '{% -1 %}' }, 'ToleratedFailureCount cannot be negative.'],
    [{ ToleratedFailurePercentage: '{% 101 %}' }, 'ToleratedFailurePercentage must be between 0 and 100.'],
  ])('checks %j before the map run starts', async (tolerance, cause) => {
    const result = await runDefinition({ definition: distributed(tolerance), input: [1], tasks: echo() });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause });
    expect(result.events.some(({ type }) => type === 'MapRunStarted')).toBe(false);
  });

  it.each([
    [{ ItemBatcher: { MaxItemsPerBatch: '{% 0 %}' } }, 'ItemBatcher/MaxItemsPerBatch must be between 1 and'],
    [{ ItemBatcher: { MaxInputBytesPerBatch: '{% 1.5 %}' } }, 'cannot be parsed as an integer: 1.5'],
    [reader('JSON', { MaxItems: '{% -1 %}' }), 'ItemReader/ReaderConfig/MaxItems must be between 0 and 100000000'],
  ])('wants whole numbers where they are: %j', async (map, cause) => {
    const result = await runDefinition({ definition: distributed(map), input: [1], tasks: echo() });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(result.cause).toContain(cause);
  });

  it('writes results and a manifest, and returns where', async () => {
    const written: Record<string, unknown> = {};
    const result = await runDefinition({
      definition: distributed({
        ToleratedFailureCount: 1,
        ResultWriter: {
          Resource: 'arn:aws:states:::s3:putObject',
          Arguments: { Bucket: 'results', Prefix: 'runs/' },
          WriterConfig: { Transformation: 'COMPACT', OutputType: 'JSONL' },
        },
      }),
      input: [1, 2, 3],
      tasks: (request) => {
        if (!request.resource.endsWith('putObject')) return failOn([2])(request);
        const { Key, Body } = request.arguments as { Key: string; Body: string };
        written[Key.replace(/runs\/[0-9a-f-]{36}/, '…')] = Body;
        return {};
      },
    });
    expect(result.output).toMatchObject({
      MapRunArn: expect.stringMatching(/:mapRun:machine\/M:[0-9a-f-]{36}$/),
      ResultWriterDetails: { Bucket: 'results', Key: expect.stringMatching(/^runs\/[0-9a-f-]{36}\/manifest\.json$/) },
    });
    expect(Object.keys(written)).toEqual(['…/FAILED_0.jsonl', '…/SUCCEEDED_0.jsonl', '…/manifest.json']);
    expect(written['…/SUCCEEDED_0.jsonl']).toBe('1\n3\n');
    expect(JSON.parse(String(written['…/FAILED_0.jsonl']))).toMatchObject({
      Error: 'Bad',
      Status: 'FAILED',
      Input: '2',
    });
  });

  it('does not pass variables of the parent to children', async () => {
    const definition = distributed(
      { ItemSelector: '{% $outer %}' },
      { StartAt: 'P', States: { P: { Type: 'Pass', Output: '{% [$states.input, $exists($outer)] %}', End: true } } },
    );
    const result = await runDefinition({
      definition: {
        ...definition,
        StartAt: 'Set',
        States: { Set: { Type: 'Pass', Assign: { outer: 7 }, Output: [0], Next: 'M' }, ...definition.States },
      },
    });
    expect(result.output).toEqual([[7, false]]);
  });
});

describe('parseCsv', () => {
  it('reads back whatever was quoted', () => {
    const quote = (value: string) => `"${value.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.array(fc.string(), { minLength: 2, maxLength: 4 }), { minLength: 1 }), (rows) => {
        const text = rows.map((row) => row.map(quote).join(',')).join('\r\n');
        expect(parseCsv(text, ',')).toEqual(rows);
      }),
    );
  });
});
