import type { LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { fewestPredictions } from '#domain/alarms/predictions';
import { addAnswer, applicants, startTraffic, tallyText, type VersionTally } from '../../../cli/demo/traffic.ts';
import type { Outputs } from '../../../cli/target.ts';

const model = (version: number) => ({ version, runId: `run-${version}`, modelPackageArn: 'arn' });
const scored = (...scores: number[]) => scores.map((score) => ({ label: '0', score, positive: false }));

/** Answers in turn by two versions; every third request fails. */
function lambdaOfTwo(): LambdaClient {
  let sent = 0;
  return {
    send: () => {
      sent++;
      const answer =
        sent % 3 === 0
          ? { errorType: 'PredictionError', errorMessage: 'no model answered' }
          : {
              ...{ pipeline: 'loans', model: model(sent % 3), endpoint: 'e' },
              predictions: scored(...applicants.map(() => 0.5)),
            };
      return Promise.resolve({
        Payload: new TextEncoder().encode(JSON.stringify(answer)),
        ...(sent % 3 === 0 ? { FunctionError: 'Unhandled' } : {}),
      });
    },
  } as unknown as LambdaClient;
}

describe('the traffic of a demo', () => {
  it('has as many rows in a request as the alarm on predictions needs in a minute', () => {
    expect(applicants.length).toBeGreaterThanOrEqual(fewestPredictions);
  });

  it('counts the answers of each version and what failed, in parts and as a whole', async () => {
    const target = { lambda: lambdaOfTwo(), outputs: { PredictFunctionName: 'predict' } as Outputs };
    const traffic = startTraffic(target, 'loans', { pauseMs: 1 });
    await expect.poll(() => traffic.take().failures.size).toBe(1);
    const whole = await traffic.stop();
    const answers = [1, 2].map((version) => whole.versions.get(version)?.answers ?? 0);
    expect(answers[0]).toBeGreaterThan(0);
    expect(answers[1]).toBeGreaterThan(0);
    expect(whole.versions.get(1)?.rows).toBe((answers[0] ?? 0) * applicants.length);
    expect([...whole.failures.keys()]).toEqual(['no model answered']);
  });
});

describe('the line of a tally', () => {
  it('shows the share and the mean score of each version, the older one first', () => {
    const versions = new Map<number, VersionTally>();
    addAnswer(versions, { model: model(2), predictions: scored(0.5, 0.7) });
    for (let i = 0; i < 3; i++) addAnswer(versions, { model: model(1), predictions: scored(0.1, 0.2) });
    expect(tallyText({ versions, failures: new Map() })).toBe(
      'v1  75 %, mean risk 15.0 %   v2  25 %, mean risk 60.0 %',
    );
  });

  it('shows how many requests failed', () => {
    expect(tallyText({ versions: new Map(), failures: new Map([['a', 2]]) })).toBe('2 failed');
    expect(tallyText({ versions: new Map(), failures: new Map() })).toBe('no answer yet');
  });
});
