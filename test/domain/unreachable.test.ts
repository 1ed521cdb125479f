import { describe, expect, it } from 'vitest';
import { cleanColumns } from '#domain/data/columns';
import { groupsSql, splitIdentity } from '#domain/data/groups';
import { labelClasses, labelSql } from '#domain/data/label';
import { classAnswers } from '#domain/data/label-answers';
import { needsSql } from '#domain/data/needs';
import { columnsProfileSql, countShard, readProfile } from '#domain/data/profile';
import { layoutOf } from '#domain/data/raw';
import { csvLabel } from '#domain/data/transform';
import { describeTreatment } from '#domain/data/treatment';
import { buildBaseline } from '#domain/drift/baseline';
import { driftColumns } from '#domain/drift/columns';
import { describeReference, describeSilence } from '#domain/drift/windows/describe';
import { referenceSpans } from '#domain/drift/windows/reference';
import { referenceHours } from '#domain/drift/windows/settings';
import type { Encoding } from '#domain/encodings/encoding';
import { describePredictions } from '#domain/evaluation/predictions';
import { privacyAction } from '#domain/privacy/registry';
import { unreachable } from '#domain/unreachable';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../fakes/data-run.ts';

/** A value that another version wrote: the type says that it cannot be. */
const other = 'of-another-version' as never;
const pipeline = pipelineSchema.parse(smallPipeline());
const label = { column: 'y', classes: ['no', 'yes'], classCounts: [1, 1] };
const column = { name: 'x', kind: other, spec: { role: 'ignore' as const }, cleanSql: (v: string) => v };
const profiled = { counts: countShard(0, []), classes: 0, columns: {}, labels: [], categories: new Map() };
const unwatched = {
  name: 'u',
  type: 'number',
  features: [
    {
      name: 'u',
      schema: { parse: (v: unknown) => v } as never,
      reads: undefined,
      sql: (_: unknown, v: string) => v,
      watched: () => ({ as: other }),
    },
  ],
} as unknown as Encoding;

describe('what has no rule stops instead of going on without one', () => {
  it.each<[string, () => unknown]>([
    ['role of a column', () => cleanColumns({ dataset: { ...pipeline.dataset, columns: { x: { role: other } } } })],
    ['role of a column', () => describeTreatment('x', { role: other }, { features: [], dropped: [] })],
    ['task', () => labelClasses({ ...pipeline, evaluation: { task: other } })],
    ['task', () => labelSql({ ...pipeline, evaluation: { task: other } }, 'v')],
    ['task', () => csvLabel({ task: other })],
    ['task', () => describePredictions({ task: other, label }, Float64Array.of(1), 1, { answers: [], threshold: 0.5 })],
    ['task', () => classAnswers({ ...pipeline, evaluation: { task: other } })],
    [
      'task',
      () => buildBaseline({ rows: 0, columns: [], scores: { task: other, values: Float64Array.of(1), classes: [] } }),
    ],
    ['reference of a drift check', () => referenceHours({ kind: other })],
    ['reference of a drift check', () => describeReference({ kind: other, rows: 0 })],
    ['state of captures', () => describeSilence(other, { from: '', to: '' })],
    ['reference of a drift check', () => referenceSpans({ kind: other }, { from: '', to: '' })],
    ['format of a drop', () => layoutOf({ path: 'p', columns: [] }, { format: other })],
    ['kind of column', () => columnsProfileSql([column], 't')],
    [
      'kind of column',
      () =>
        groupsSql(
          { ...pipeline, dataset: { ...pipeline.dataset, columns: { x: { role: 'feature', type: other } } } },
          't',
        ),
    ],
    ['way to group', () => splitIdentity({ ...pipeline, split: { ...pipeline.split, groupBy: other } })],
    ['need of an encoding', () => needsSql('x', { of: other } as never, 0, 't')],
    ['kind of column', () => readProfile([column], profiled)],
    [
      'way to see a model input',
      () =>
        driftColumns(
          { features: [{ kind: 'u', name: 'x', source: 'x' }] },
          { rows: 0, width: 1, values: new Float64Array(0) },
          [unwatched],
        ),
    ],
  ])('a %s', (what, dispatch) => {
    expect(dispatch).toThrow(new TypeError(`There is no rule for this ${what}. Was it written by another version?`));
  });

  it('and does not quote the value', () => {
    expect(() => unreachable('jane@example.com' as never, 'task')).not.toThrow('jane');
  });
});

it('a privacy action is not one for every role', () => {
  expect(() => privacyAction({ role: 'text', action: 'tokenize' })).toThrow(
    'The privacy action "tokenize" is not one for a column of role text.',
  );
  expect(privacyAction({ role: 'text', action: 'drop' }).name).toBe('drop');
});
