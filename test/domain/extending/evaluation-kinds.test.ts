import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { describeVerdict } from '#cli/run-end';
import { chooseThreshold } from '#domain/evaluation/choose-threshold';
import { evaluate } from '#domain/evaluation/evaluate';
import { applyGates } from '#domain/gates/apply';
import { GATES, gateConfidences, gateSchemaOf } from '#domain/gates/registry';
import { METRICS } from '#domain/metrics/registry';
import type { NoticePorts } from '#domain/notices/notice';
import { composeNotice, NOTICES, noticeSchemaOf } from '#domain/notices/registry';
import { renderReport } from '#domain/reports/render';
import { artifactKeys } from '#domain/runs/layout';
import { THRESHOLDS, thresholdSchemaOf } from '#domain/thresholds/registry';
import { evaluationSchema, verdictSchema } from '#schemas/records/evaluation';
import { memoryState } from '../../fakes/memory-state.ts';
import { textOf } from '../reports/page.ts';
import { sampleReport } from '../reports/sample.ts';
import { approvalWaiting } from './approval-waiting.ts';
import { flagShare } from './flag-share.ts';
import { mcc } from './mcc.ts';
import { minRows } from './min-rows.ts';

/** What docs/extend.md adds to each registry. */
const metrics = [...METRICS, mcc];
const gates = [...GATES, minRows] as const;
const notices = [...NOTICES, approvalWaiting] as const;
const thresholds = [...THRESHOLDS, flagShare] as const;

const run = { pipeline: 'loan-default', runId: '20260131-101500-4f2a' };
const jsonSchema = (schema: z.ZodType) => JSON.stringify(z.toJSONSchema(schema, { io: 'input' }));

/** A run judged by a gate on the added metric and one of the added kind, read back as it was stored. */
function judged() {
  const gateSchema = gateSchemaOf(gates, metrics);
  const held = [{ metric: 'mcc', vsChampion: { notWorseBy: 0.1 } }, mcc.example, minRows.example].map((gate) =>
    gateSchema.parse(gate),
  );
  const labels = Float64Array.of(0, 0, 0, 1, 1, 1, 1, 0);
  const evaluation = evaluate(
    {
      task: 'binary',
      threshold: 0.5,
      labels,
      candidate: Float64Array.of(0.1, 0.2, 0.6, 0.7, 0.8, 0.9, 0.4, 0.3),
      champion: Float64Array.of(0.4, 0.6, 0.7, 0.3, 0.4, 0.9, 0.6, 0.1),
      bootstrap: { resamples: 100, seed: 1 },
      confidences: gateConfidences(held, gates),
    },
    metrics,
  );
  const verdict = applyGates({ gates: held, evaluation, kinds: gates, metrics });
  const stored = <S extends z.ZodType>(schema: S, value: unknown) => schema.parse(JSON.parse(JSON.stringify(value)));
  return { evaluation: stored(evaluationSchema, evaluation), verdict: stored(verdictSchema, verdict) };
}

async function said(notice: unknown, { evaluation, verdict }: ReturnType<typeof judged>) {
  const keys = artifactKeys(run);
  const state = memoryState();
  await state.put(run.pipeline, `run#${run.runId}`, { modelPackageVersion: 7 });
  const records: Record<string, unknown> = { [keys.evaluation]: evaluation, [keys.verdict]: verdict };
  const ports: NoticePorts = {
    artifacts: { readJson: async (key, schema) => schema.parse(records[key]) },
    store: state,
    stage: 'dev',
    pricing: {},
    link: (key) => `https://console/${key}`,
    endpointLink: (name) => `https://console/endpoints/${name}`,
  };
  return composeNotice(ports, noticeSchemaOf(notices).parse(notice), notices);
}

describe('an added metric', () => {
  it('is named by the schema of gates and by its JSON Schema', () => {
    expect(gateSchemaOf(GATES, METRICS).safeParse(mcc.example).success).toBe(false);
    expect(gateSchemaOf(GATES, metrics).parse(mcc.example)).toEqual(mcc.example);
    expect(jsonSchema(gateSchemaOf(GATES, metrics))).toContain('"mcc"');
  });

  it('is measured beside the others, which it does not change', () => {
    const { evaluation } = judged();
    // 3 of 4 positives and 3 of 4 negatives are right: (9 - 1) / 16
    expect(evaluation.metrics['mcc']?.value).toBeCloseTo(0.5, 12);
    expect(evaluation.metrics['accuracy']?.value).toBe(0.75);
  });

  it('is shown by the report, Slack and the CLI', async () => {
    const records = judged();
    const page = textOf(renderReport({ ...sampleReport('binary'), ...records }, { metrics, gates }));
    expect(page).toContain(`${mcc.label} ${mcc.summary}`);
    expect(page).toContain('mcc vs champion ≥ −0.1');
    const { message } = await said({ kind: 'verdict', run }, records);
    expect(message.text).toMatch(/^mcc: candidate 0\.5, interval .*, champion -?0/m);
    expect(describeVerdict(records.verdict)).toContain('mcc ≥ 0.4');
  });

  it('of an older version stays readable after it is gone', () => {
    const page = textOf(renderReport({ ...sampleReport('binary'), ...judged() }));
    expect(page).toMatch(/mcc 0\.50? /);
  });
});

describe('an added gate', () => {
  it('is an alternative of the schema of gates and of its JSON Schema', () => {
    expect(gateSchemaOf(GATES, METRICS).safeParse(minRows.example).success).toBe(false);
    expect(gateSchemaOf(gates, METRICS).parse(minRows.example)).toEqual(minRows.example);
    expect(jsonSchema(gateSchemaOf(gates, METRICS))).toContain('"minRows"');
  });

  it('judges, and its result is shown by the report, Slack and the CLI', async () => {
    const records = judged();
    const added = records.verdict.gates.find(({ kind }) => kind === 'minRows');
    expect(added).toMatchObject({ gate: 'rows ≥ 500', passed: false, value: 8 });
    expect(records.verdict.passed).toBe(false);
    const reason = 'The holdout has 8 rows; at least 500 are required.';
    expect(textOf(renderReport({ ...sampleReport('binary'), ...records }, { metrics, gates }))).toContain(reason);
    expect((await said({ kind: 'verdict', run }, records)).message.text).toContain(reason);
    expect(describeVerdict(records.verdict)).toContain(reason);
  });
});

describe('an added threshold rule', () => {
  it('is an alternative of the schema and of its JSON Schema', () => {
    expect(thresholdSchemaOf(THRESHOLDS).safeParse(flagShare.example).success).toBe(false);
    expect(thresholdSchemaOf(thresholds).parse(flagShare.example)).toEqual(flagShare.example);
    expect(jsonSchema(thresholdSchemaOf(thresholds))).toContain('"flagShare"');
  });

  it('chooses, and the record says by which rule', () => {
    const rows = { labels: [1, 0, 0, 0], scores: Float64Array.of(0.9, 0.6, 0.3, 0.1) };
    const { threshold, choice } = chooseThreshold({ flagShare: 0.5 }, rows, { resamples: 100, seed: 1 }, thresholds);
    expect(threshold).toBe(0.45);
    expect(choice.rule).toBe('at most 0.5 of the rows are flagged');
  });
});

describe('an added notice', () => {
  it('is an event of the schema and of its JSON Schema', () => {
    expect(noticeSchemaOf(NOTICES).safeParse(approvalWaiting.example).success).toBe(false);
    expect(noticeSchemaOf(notices).parse(approvalWaiting.example)).toEqual(approvalWaiting.example);
    expect(jsonSchema(noticeSchemaOf(notices))).toContain('"approval-waiting"');
  });

  it('becomes a message in the thread of its run', async () => {
    const { message, ...address } = await said(approvalWaiting.example, judged());
    expect(address).toMatchObject({
      severity: 'warning',
      key: `approval-waiting#${run.runId}#3`,
      pipeline: run.pipeline,
      threads: [run.runId],
    });
    expect(message.text).toContain('loan-default: version 7 still waits');
    expect(message.text).toContain(`For 3 days. To put it in service: npx tidegate approve ${run.runId} --stage dev`);
  });
});

describe('docs/extend.md', () => {
  const docs = readFileSync(new URL('../../../docs/extend.md', import.meta.url), 'utf8');
  it.each(['mcc.ts', 'min-rows.ts', 'flag-share.ts', 'approval-waiting.ts'])(
    'shows %s as it is tested here',
    (file) => {
      const source = readFileSync(new URL(file, import.meta.url), 'utf8');
      expect(docs).toContain(`\`\`\`ts\n${source}\`\`\``);
    },
  );
});
