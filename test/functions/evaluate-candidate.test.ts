import { expect, it } from 'vitest';
import { fakeBuckets } from './support/buckets.ts';
import { encodedRun, publish, recordOf, scoreHoldout } from './support/evaluated-run.ts';
import { context, setStage } from './support/stage.ts';

it('writes the same records to its buckets when it is retried', async () => {
  setStage();
  const { handler: evaluateCandidate } = await import('#functions/evaluate-candidate');
  const buckets = fakeBuckets();
  using run = await encodedRun('binary');
  await scoreHoldout(run, 'binary');
  await publish(run, buckets);
  const records = () =>
    (['evaluation', 'baseline', 'performance', 'golden'] as const).map((name) => recordOf(buckets, run.run, name));
  await evaluateCandidate({ run: run.run, champion: null }, context);
  const first = records();

  await evaluateCandidate({ run: run.run }, context);

  expect(records()).toEqual(first);
});
