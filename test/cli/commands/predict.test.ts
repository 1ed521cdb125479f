import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { predictionTable, predictRows } from '#cli/commands/predict';

/** A predict function that answers a row's number with itself, from the model of a run. */
function targetOf(runOf: (request: number) => string, refusedRow?: number) {
  const sizes: number[] = [];
  const lambda = new LambdaClient({ region: 'eu-central-1' });
  mockClient(lambda)
    .on(InvokeCommand)
    .callsFake(({ Payload }) => {
      const { rows } = JSON.parse(Payload) as { rows: { x: number }[] };
      sizes.push(rows.length);
      const at = rows.findIndex(({ x }) => x === refusedRow);
      const answer =
        at >= 0
          ? { errorType: 'PredictionError', errorMessage: `Row ${at + 1}, column "x": not a finite number.` }
          : {
              pipeline: 'loan',
              inferenceId: `request-${sizes.length}`,
              model: {
                version: Number(runOf(sizes.length).slice(1)),
                runId: runOf(sizes.length),
                modelPackageArn: 'arn',
              },
              endpoint: 'e',
              predictions: rows.map(({ x }) => ({ value: x })),
            };
      return {
        Payload: new TextEncoder().encode(JSON.stringify(answer)),
        ...(at >= 0 ? { FunctionError: 'Unhandled' } : {}),
      };
    });
  return { target: { lambda, outputs: { PredictFunctionName: 'predict' } as never }, sizes };
}
const rows = Array.from({ length: 2500 }, (_, x) => ({ x }));

describe('predicting rows', () => {
  it('sends more than a thousand in several requests, and puts the answers together in order', async () => {
    const { target, sizes } = targetOf(() => 'r1');
    const { predictions, model, requests } = await predictRows(target, 'loan', rows);
    expect(sizes).toEqual([1000, 1000, 500]);
    expect(requests).toEqual([
      { inferenceId: 'request-1', rows: 1000 },
      { inferenceId: 'request-2', rows: 1000 },
      { inferenceId: 'request-3', rows: 500 },
    ]);
    expect(predictions).toEqual(rows.map(({ x }) => ({ value: x })));
    expect(model.version).toBe(1);
  });

  it('stops when another model answers in the middle', async () => {
    const { target } = targetOf((request) => (request < 3 ? 'r1' : 'r2'));
    await expect(predictRows(target, 'loan', rows)).rejects.toThrow('changed from version 1 to 2 after 2000 rows');
  });

  it('names the rows of the request that was refused', async () => {
    const { target } = targetOf(() => 'r1', 1004);
    await expect(predictRows(target, 'loan', rows)).rejects.toThrow('In rows 1001 to 2000, counted from 1001: Row 5,');
    await expect(predictRows(target, 'loan', rows.slice(1000, 1010))).rejects.toThrow(/^Row 5, column "x"/);
  });
});

describe('the table of predictions', () => {
  it('shows the answer, its probability and what the model did not get', () => {
    const shown = predictionTable([
      { score: 0.2, positive: false, label: '<=50K' },
      { score: 0.9, positive: true, label: null, above: 15, missing: ['age'], unknown: ['job', 'sex'] },
      { score: 0.1, positive: false, label: null, atMost: 15 },
      { score: 0.1, positive: false, label: null, noneOf: ['bad', 'worse'] },
      { label: 'b', probabilities: { a: 0.25, b: 0.75 } },
      { value: 12.5 },
    ]);
    expect(shown.split('\n').map((line) => line.replace(/ {2,}/g, ' | '))).toEqual([
      expect.stringContaining('ROW | PREDICTION | PROBABILITY | THE MODEL DID NOT GET'),
      expect.stringMatching(/1 \| <=50K \| 0\.8000/),
      expect.stringMatching(/2 \| above 15 \| 0\.9000 \| missing: age; unknown category: job, sex/),
      expect.stringMatching(/3 \| at most 15 \| 0\.9000/),
      expect.stringMatching(/4 \| none of bad, worse \| 0\.9000/),
      expect.stringMatching(/5 \| b \| 0\.7500/),
      expect.stringMatching(/6 \| 12\.5000/),
    ]);
    expect(predictionTable([{ value: 1 }])).not.toContain('DID NOT GET');
  });
});
