import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelSql } from '#domain/data/label';
import { classAnswers, needsOnlyNegative } from '#domain/data/label-answers';
import { mergeProfiles } from '#domain/data/merge-profiles';
import { cleanKeys } from '#domain/runs/layout';
import { pipelineSchema } from '#schemas/pipeline';
import { classAnswerSchema } from '#schemas/records/class-answer';
import { smallPipeline, startRun, testEngine } from '../../fakes/data-run.ts';

const gate = { binary: 'auc', multiclass: 'accuracy', regression: 'rmse' } as const;
const pipelineOf = (task: keyof typeof gate, label: Record<string, unknown>) =>
  pipelineSchema.parse(
    smallPipeline(
      { label: { column: 'y', ...label } },
      { evaluation: { task, gates: [{ metric: gate[task], min: 0 }] } },
    ),
  );

describe('the answer for a class', () => {
  it.each([
    [{ positive: 1, negative: 0 }, ['0', '1']],
    [{ positive: ['>50K', '>50K.'], negative: ['<=50K', '<=50K.'] }, ['<=50K', '>50K']],
    [{ positive: true }, ['false', 'true']],
    [{ positive: false }, ['true', 'false']],
  ])('is the value that is declared first: %j', (label, expected) => {
    expect(classAnswers(pipelineOf('binary', label)).map((answer) => answer.label)).toEqual(expected);
  });

  it('is the only other value of the data where the pipeline names the positive one', () => {
    expect(classAnswers(pipelineOf('binary', { positive: '>50K' }), '<=50K')).toEqual([
      { label: '<=50K' },
      { label: '>50K' },
    ]);
  });

  it('says what it is not where there are several other values', () => {
    expect(classAnswers(pipelineOf('binary', { positive: ['bad', 'worse'] }))).toEqual([
      { label: null, noneOf: ['bad', 'worse'] },
      { label: 'bad' },
    ]);
  });

  it('says on which side of a number it is', () => {
    expect(classAnswers(pipelineOf('binary', { positive: { above: 15 } }))).toEqual([
      { label: null, atMost: 15 },
      { label: null, above: 15 },
    ]);
  });

  it('is each class of many as declared, and none of a number', () => {
    expect(classAnswers(pipelineOf('multiclass', { classes: ['a', 2, true] }))).toEqual([
      { label: 'a' },
      { label: '2' },
      { label: 'true' },
    ]);
    expect(classAnswers(pipelineOf('regression', {}))).toEqual([]);
  });

  it('is a text that the label is read from as that class, whatever is declared', async () => {
    using engine = await testEngine();
    const scalar = fc.oneof(fc.string({ minLength: 1, maxLength: 8 }), fc.integer(), fc.boolean());
    const values = fc.oneof(scalar, fc.array(scalar, { minLength: 1, maxLength: 3 }));
    await fc.assert(
      fc.asyncProperty(
        fc.record({ positive: values, negative: values }, { requiredKeys: ['positive'] }),
        async (label) => {
          const parsed = pipelineSchema.safeParse(smallPipeline({ label: { column: 'y', ...label } }));
          fc.pre(parsed.success);
          const pipeline = parsed.data;
          const answers = classAnswers(pipeline);
          for (const [number, answer] of answers.entries()) {
            expect(classAnswerSchema.parse(answer)).toEqual(answer);
            if (answer.label === null) continue;
            const [row] = await engine.query(
              'read the answer',
              `SELECT ${labelSql(pipeline, 'v').value} AS value FROM (SELECT $1::VARCHAR AS v)`,
              [answer.label],
            );
            // a value that is declared as both is positive
            expect([number, 1]).toContain(row?.['value']);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the only negative value of a drop', () => {
  async function onlyNegative(label: Record<string, unknown>, labels: readonly string[]) {
    using run = await startRun(smallPipeline({ label: { column: 'y', ...label }, maxMalformedFraction: 0.5 }));
    run.drop('small/d/a.csv', `y,x\n${labels.map((text, i) => `${text},${i}`).join('\n')}\n`);
    await run.desensitize('small/d/a.csv');
    const [row = {}] = await run.rows(cleanKeys(run.run).shard(0));
    expect(Object.keys(row)).toEqual(['_side', '_key', '_group', '_label', 'x']);
    return (await run.counts()).onlyNegative;
  }
  it.each([
    ['<=50K', { positive: '>50K' }, ['>50K', '<=50K', '<=50K']],
    ['0', { positive: 1 }, ['1', '0', '0.0', 'oops']],
    ['2', { positive: 'yes' }, ['yes', '2', '2.0']],
    [null, { positive: 1 }, ['1', '0', '2']],
    [undefined, { positive: 1 }, ['1', '1.0']],
    [undefined, { positive: 1, negative: 0 }, ['1', '0']],
    [undefined, { positive: { above: 1 } }, ['1', '2']],
    [undefined, { positive: true }, ['true', 'false']],
  ])('is %j with %j and %j', async (expected, label, labels) => {
    expect(await onlyNegative(label, labels)).toBe(expected);
  });

  it('is needed only where the pipeline leaves it open', () => {
    expect(needsOnlyNegative(pipelineOf('binary', { positive: 'yes' }))).toBe(true);
    expect(needsOnlyNegative(pipelineOf('binary', { positive: 'yes', negative: 'no' }))).toBe(false);
    expect(needsOnlyNegative(pipelineOf('binary', { positive: true }))).toBe(false);
    expect(needsOnlyNegative(pipelineOf('regression', {}))).toBe(false);
  });

  it('is merged from the shards that have one', async () => {
    using run = await startRun(smallPipeline({}));
    run.drop('small/d/a.csv', 'y,x\n1,1\n0,2\n');
    await run.desensitize('small/d/a.csv');
    await run.divide();
    const { onlyNegative: _, ...profile } = await run.profile();
    const merged = (a?: string | null, b?: string | null) => {
      const part = (text: string | null | undefined) => ({
        ...profile,
        ...(text === undefined ? {} : { onlyNegative: text }),
      });
      return mergeProfiles(part(a), part(b)).onlyNegative;
    };
    expect([merged(), merged('no'), merged(undefined, 'no'), merged('no', 'no')]).toEqual([
      undefined,
      'no',
      'no',
      'no',
    ]);
    expect([merged('no', 'none'), merged(null, 'no'), merged('no', null)]).toEqual([null, null, null]);
  });
});
