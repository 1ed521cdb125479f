import { describe, expect, it } from 'vitest';
import { driftSchema } from '#domain/drift/settings';
import { createRandom } from '#domain/random';
import { artifactKeys } from '#domain/runs/layout';
import { estimateWindow } from '#functions/shards/window-performance';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import { simulate, toReference } from '../../domain/drift/performance/simulation.ts';
import { smallPipeline } from '../../fakes/data-run.ts';
import { memoryObjects } from '../../fakes/memory-objects.ts';

const run = { pipeline: 'loan', runId: 'r1' };
const random = createRandom(17);
const key = artifactKeys(run).performance;
const kept = memoryObjects('artifacts', { [key]: toReference('binary', simulate('binary', 1000, random)) });
const { evaluation }: Pipeline = pipelineSchema.parse(smallPipeline());
const settings = (performance?: object, isKept = true) => ({
  kept: isKept,
  drift: driftSchema.parse({ schedule: 'rate(1 day)', minRows: 50, ...(performance && { performance }) }),
  evaluation: { ...evaluation, gates: [{ metric: 'accuracy', min: 0.5 }] },
});

/** A window all of whose rows are looked at. */
const all = (sample: ReturnType<typeof simulate>) => ({ rows: sample.inputs.rows, sample });

describe('the performance of a window', () => {
  it('is estimated by the metric of the first gate', async () => {
    const found = await estimateWindow(kept, run, settings(), all(simulate('binary', 400, random)));
    expect(found).toMatchObject({ status: 'estimated', alarm: false, judged: { metric: 'accuracy' } });
  });

  it('is judged by the metric and the limits of the pipeline', async () => {
    const window = simulate('binary', 400, random, { shift: 0.8 });
    const found = await estimateWindow(kept, run, settings({ metric: 'log_loss' }), all(window));
    expect(found).toMatchObject({ status: 'estimated', judged: { metric: 'log_loss' } });
    expect(await estimateWindow(kept, run, settings({ minOverlap: 0.95 }), all(window))).toMatchObject({
      status: 'outside',
    });
  });

  it('is estimated by a sample that is smaller than a window has to be', async () => {
    const window = { rows: 5000, sample: simulate('binary', 40, random) };
    expect(await estimateWindow(kept, run, settings(), window)).not.toMatchObject({ status: 'none' });
  });

  it('does not alarm on a column that drifted and that neither model nor label depends on', async () => {
    const window = simulate('binary', 400, random, { idleShift: 0.7 });
    expect(await estimateWindow(kept, run, settings(), all(window))).toMatchObject({
      status: 'estimated',
      alarm: false,
    });
  });

  it.each([
    [
      'of a drop, which no model answered',
      kept,
      undefined,
      'no estimate: the rows of a drop have no scores of the model',
    ],
    [
      'of few rows',
      kept,
      all(simulate('binary', 49, random)),
      'no estimate: the window has fewer rows than drift.minRows',
    ],
    [
      'of a model whose run kept no rows',
      undefined,
      all(simulate('binary', 50, random)),
      'no estimate: the model was trained before Tidegate kept what it needs',
    ],
  ])('is not estimated %s', async (_, store, answered, reason) => {
    const judged = settings({}, store !== undefined);
    expect(await estimateWindow(store ?? memoryObjects(), run, judged, answered)).toEqual({
      status: 'none',
      alarm: false,
      reason,
    });
  });
});
