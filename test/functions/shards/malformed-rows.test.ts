import { expect, it } from 'vitest';
import { brokenQuotes } from '#domain/data/csv-records';
import { refuseTooManyMalformed } from '#functions/shards/malformed-rows';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../../fakes/data-run.ts';

const refusal = (reason: string, csv: object = {}) => {
  const problem = { column: null, reason };
  const counted = { total: 100, flagged: 0, malformed: 60, leftOut: 0, counts: [{ ...problem, count: 60 }] };
  const pipeline = pipelineSchema.parse(smallPipeline({ csv }));
  return () => refuseTooManyMalformed(pipeline, 'file 1 of the drop', counted, [{ file: 'f', line: 2, ...problem }]);
};
const advice =
  'If a backslash stands before the quotes of a value, as Spark writes them, set dataset.csv.escape; ' +
  'if a quote is a character as any other, set dataset.csv.quote: none.';

it('a file with quotes that do not match is refused with the settings that may read it', () => {
  expect(refusal(brokenQuotes)).toThrow(advice);
  expect(refusal('too few fields')).not.toThrow(advice);
});

it('a file with quotes that do not match, though an escape is declared, is not of such a form', () => {
  expect(refusal(brokenQuotes, { escape: '\\' })).toThrow(
    'quotes that do not match (60 rows: lines 2, …)\nFix the file',
  );
});
