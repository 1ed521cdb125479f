import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runReportSchema } from '#schemas/records/run-report';
import { reportJsonSchema } from '../../../scripts/generate-schemas.ts';
import { sampleRecords, sampleRun } from './sample-run.ts';

const costs = { region: 'eu-central-1', actual: { usd: 0.12, about: false, unknown: [] } };

describe("a run's report for programs", () => {
  it('meets its schema, before and after JSON', () => {
    const report = sampleRun({}, { costs, model: { version: 3, package: 'arn:package/3' } });
    expect(runReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });

  it('has what the records say', () => {
    const endedAt = '2026-03-01T10:20:00.000Z';
    expect(sampleRun({}, { costs, endedAt, model: { version: 3, package: 'arn:package/3' } })).toMatchObject({
      version: 1,
      pipeline: 'loan-default',
      status: 'registered',
      endedAt,
      model: { version: 3 },
      algorithm: 'xgboost',
      training: { hyperparameters: { eta: '0.1' } },
      data: { rows: 1010, malformed: 10, label: 'default', split: null, sides: [{ side: 'train', rows: 700 }, {}, {}] },
      costs,
      lineage: { datasetVersion: 'sha256:8d3f0b6a52c1e944', drop: 'loan-default/2026-03-01/', objects: 1 },
    });
  });

  it('is null where nothing is recorded', () => {
    const { description: _, ...pipeline } = sampleRecords().pipeline;
    const report = sampleRun({ pipeline, explanation: undefined });
    expect(report).toMatchObject({
      description: null,
      endedAt: null,
      model: null,
      explanation: null,
      personalData: null,
      drift: null,
      costs: null,
      constraints: [],
    });
  });

  it('is described by the generated JSON Schema, which is up to date', () => {
    expect(JSON.parse(readFileSync('schemas/generated/report.schema.json', 'utf8'))).toEqual(
      JSON.parse(reportJsonSchema()),
    );
  });
});
