import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { GATES } from '#domain/gates/registry';
import { findMetric } from '#domain/metrics/registry';
import { renderReport } from '#domain/reports/render';
import { evaluationSchema, verdictSchema } from '#schemas/records/evaluation';
import { textOf } from '../domain/reports/page.ts';
import { sampleReport } from '../domain/reports/sample.ts';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../fixtures/records/${name}`, import.meta.url), 'utf8'));

test('an evaluation and a verdict written by version 0.1 are read whole, and every name in them is known', () => {
  const evaluation = evaluationSchema.parse(read('evaluation.json'));
  const verdict = verdictSchema.parse(read('verdict.json'));
  expect(evaluation).toEqual(read('evaluation.json'));
  expect(verdict).toEqual(read('verdict.json'));
  for (const name of Object.keys(evaluation.metrics)) expect(findMetric(name), name).toBeDefined();
  expect(GATES.map(({ name }) => name)).toEqual(expect.arrayContaining(verdict.gates.map(({ kind }) => kind)));

  const page = textOf(renderReport({ ...sampleReport('binary'), evaluation, verdict }));
  for (const { reason } of verdict.gates) expect(page).toContain(reason);
});
