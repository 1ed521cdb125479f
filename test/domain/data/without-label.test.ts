import { describe, expect, it } from 'vitest';
import { cleanSelect } from '#domain/data/clean';
import { expectedColumns, withoutLabel } from '#domain/data/columns';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline, testEngine } from '../../fakes/data-run.ts';

const pipeline = pipelineSchema.parse(smallPipeline({ label: { column: 'y', positive: 'yes' } }));
const rows = (columns: string): string => `(SELECT false AS _unreadable, ${columns})`;

describe('a pipeline without its label', () => {
  it('reads files that do not have it: every label is missing, and no row malformed for it', async () => {
    using engine = await testEngine();
    const own = withoutLabel(pipeline);
    expect(expectedColumns(own)).toEqual(['x']);
    const { sql, problems } = cleanSelect(own, { sql: rows("'1.5' AS x") });
    expect(await engine.query('clean', sql)).toMatchObject([{ _side: '', _label: null, x: 1.5 }]);
    expect(problems.map(({ column }) => column)).not.toContain('y');
  });

  it('does not read a label that is there, and still finds malformed values', async () => {
    using engine = await testEngine();
    const { sql } = cleanSelect(withoutLabel(pipeline), { sql: rows("'yes' AS y, 'word' AS x") });
    expect(await engine.query('clean', sql)).toMatchObject([{ _side: expect.stringMatching(/^#\d/), _label: null }]);
  });

  it('is otherwise the pipeline as it was', () => {
    const { dataset, ...rest } = withoutLabel(pipeline);
    expect(rest).toEqual({ ...pipeline, dataset: undefined, ...rest });
    expect(dataset).toEqual({ ...pipeline.dataset, extraColumns: 'ignore', unlabelled: true });
    expect(expectedColumns(pipeline)).toEqual(['y', 'x']);
  });
});
