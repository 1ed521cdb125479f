import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { xgboost } from '#domain/algorithms/xgboost/xgboost';
import { cleanKeys } from '#domain/runs/layout';
import { readHoldout, readPermuted } from '#functions/shards/holdout';
import type { DataRun } from '../../fakes/data-run.ts';
import { encodedRun, guesses, scoreHoldout } from '../support/evaluated-run.ts';

const { output } = xgboost;

let run: DataRun;
const ports = () => ({ clean: run.clean, memoryMb: 1024 });
beforeEach(async () => {
  run = await encodedRun('binary');
});
afterEach(() => run[Symbol.dispose]());

it('puts labels and scores side by side, row for row over all shards, without the permuted rows', async () => {
  await scoreHoldout(run, 'binary');

  const { names, labels, candidate, champion } = await readHoldout(ports(), run.run, 1, { candidate: output });

  expect(names).toEqual(['00000-00000', '00001-00000']);
  expect(labels.length).toBe(candidate.length);
  expect(labels.length).toBe((await run.fitted()).sides.test.rows);
  expect(Array.from(candidate, (score) => (score > 0.5 ? 1 : 0))).toEqual([...labels]);
  expect(champion).toBeUndefined();
});

it("reads the champion's scores of the same rows when there is one", async () => {
  using next = await encodedRun('binary', { runId: 'r2', champion: run });
  await scoreHoldout(next, 'binary');
  await scoreHoldout(next, 'binary', { as: 'champion', model: guesses.binary });

  const { labels, champion } = await readHoldout({ clean: next.clean, memoryMb: 1024 }, next.run, 1, {
    candidate: output,
    champion: output,
  });

  expect([...(champion ?? [])]).toEqual([...labels].map(() => 0.5));
});

it('names the shard whose scores are not as many as its rows', async () => {
  await scoreHoldout(run, 'binary');
  const key = `${cleanKeys(run.run).scores('candidate')}00001-00000.csv.out`;
  await run.clean.writeText(key, '0.5\n', 'text/csv');
  await expect(readHoldout(ports(), run.run, 1, { candidate: output })).rejects.toMatchObject({
    name: 'EvaluationError',
    message: expect.stringMatching(`^${key}: 1 predictions for \\d+ holdout rows$`),
  });
});

it('names scores that are missing', async () => {
  await scoreHoldout(run, 'binary');
  const key = `${cleanKeys(run.run).scores('candidate')}00000-00000.csv.out`;
  rmSync(join(run.folder, 'clean', key));
  await expect(readHoldout(ports(), run.run, 1, { candidate: output })).rejects.toThrow(key);
});

it('reads the permuted sample in blocks: the rows as they are, then one column after the other', async () => {
  await scoreHoldout(run, 'binary');

  const { labels, blocks, columns, scores } = await readPermuted(ports(), run.run, 1, output);

  expect(columns.slice(1).toSorted()).toEqual(['c', 'x']);
  expect(new Set(blocks)).toEqual(new Set([0, 1, 2]));
  expect([labels.length, scores.length]).toEqual([blocks.length, blocks.length]);
  const hits = (block: number) =>
    [...blocks].filter((b, i) => b === block && (scores[i] ?? 0) > 0.5 === (labels[i] === 1)).length;
  const rows = blocks.length / 3;
  expect([hits(0), hits(columns.indexOf('c'))]).toEqual([rows, rows]);
  expect(hits(columns.indexOf('x'))).toBeLessThan(rows);
});
