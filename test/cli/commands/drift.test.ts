import { expect, it } from 'vitest';
import { captureLines, describeAlarm, performanceTable } from '#cli/commands/drift';
import { drift } from '#domain/notices/drift';
import { driftCheckSchema } from '#schemas/records/drift-check';

it('shows each estimated metric beside its value on the holdout, with its interval', () => {
  const table = performanceTable([{ metric: 'auc', reference: 0.78, value: 0.7123, low: 0.69, high: 0.73 }]);
  expect(table).toMatch(/METRIC +HOLDOUT +ESTIMATE +FROM +TO/);
  expect(table).toMatch(/auc +0\.78 +0\.7123 +0\.69 +0\.73/);
});

it('says what the captures of a check are compared with, and when there are none', () => {
  const example = driftCheckSchema.parse(drift.example['check']);
  expect(captureLines(example)).toEqual([]);
  expect(captureLines({ ...example, arrivals: 'arrived', reference: { kind: 'training', rows: 9 } })).toEqual([]);
  const reference = { kind: 'rolling', rows: 900, from: 'a', to: 'b' } as const;
  expect(captureLines({ ...example, reference })).toEqual(['compared with 900 rows from a to b']);
  const [silent = ''] = captureLines({ ...example, arrivals: 'never' });
  expect(silent).toContain('No request was captured from 2026-02-01');
});

it.each([
  [{ alarm: true, decidedBy: 'performance', drifted: false }, 'alarm; action: retrain'],
  [{ alarm: true, decidedBy: 'columns', drifted: true }, 'drift found; action: retrain'],
  [
    { alarm: false, decidedBy: 'performance', drifted: true },
    'columns drifted, but the estimated performance gives no reason for an alarm',
  ],
  [{ alarm: false, decidedBy: 'columns', drifted: false }, 'no drift'],
] as const)('says what a check came to: %o', (result, text) => {
  const example = driftCheckSchema.parse(drift.example['check']);
  const { step: _, ...former } = example;
  expect(describeAlarm({ ...former, ...result })).toContain(text);
});

it('says what is done about an alarm, and why a warning does not alarm', () => {
  const example = driftCheckSchema.parse(drift.example['check']);
  expect(describeAlarm(example)).toContain('alarm; action: retrain (a retrain on drop loan-default/2026-02-07/');
  expect(describeAlarm({ ...example, decidedBy: 'slow-drift' })).toContain('slow drift found; action: retrain');
  const { decision } = example;
  if (!decision) throw new Error('the example has no decision');
  const quiet = { ...example, alarm: false, decision: { ...decision, quiet: 'it was reported at noon' } };
  expect(describeAlarm(quiet)).toContain('critical, but no alarm: it was reported at noon');
});
