import { expect, it } from 'vitest';
import { artifactKeys } from '#domain/runs/layout';
import { forecastCosts } from '#functions/use-cases/forecast-costs';
import { stageMonthsSchema } from '#schemas/records/costs';
import { memoryObjects } from '../../fakes/memory-objects.ts';
import { memoryState } from '../../fakes/memory-state.ts';
import { championOf, pipeline } from '../support/stage.ts';

const now = '2026-12-16T12:00:00Z';

it('sums the pipelines of a stage, the dearest first, beside the month before and the budget', async () => {
  const [store, artifacts] = [memoryState(), memoryObjects()];
  const putRun = (name: string, runId: string, usd: number) =>
    store.put(name, `run#${runId}`, {
      runId,
      costs: { region: 'us-east-1', actual: { usd, about: false, unknown: [] }, byKind: { training: usd } },
    });
  await putRun('flight', '20261102-000000-aaaa', 5);
  await putRun('loan', '20261202-000000-bbbb', 3);
  await putRun('flight', '20261203-000000-cccc', 1);
  await store.put('flight', 'champion', championOf(1, 'r1', '2026-12-15T12:00:00Z'));
  await artifacts.writeJson(artifactKeys({ pipeline: 'flight', runId: 'r1' }).config, pipeline);
  const ports = { store, artifacts, pricing: {}, pipelines: ['loan', 'flight', 'new'], budget: 50 };

  const found = await forecastCosts(ports, { now });

  expect(stageMonthsSchema.parse(found)).toEqual(found);
  expect(found).toMatchObject({
    month: '2026-12',
    before: 5,
    budget: 50,
    spent: { usd: expect.closeTo(4 + 24 * 0.115, 9) },
    byKind: { training: 4, endpoint: expect.closeTo(2.76, 9) },
    forecast: { usd: expect.closeTo(2 * 4 + 2.76 + 372 * 0.115, 9), about: true },
  });
  expect(found.pipelines.map((own) => [own.pipeline, own.runs])).toEqual([
    ['flight', 1],
    ['loan', 1],
    ['new', 0],
  ]);
  expect(await forecastCosts({ ...ports, budget: undefined }, { now, month: '2026-11' })).toMatchObject({
    month: '2026-11',
    spent: { usd: 5 },
    before: 0,
  });
});
