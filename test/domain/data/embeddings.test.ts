import { describe, expect, it } from 'vitest';
import { embeddingsOf } from '#domain/data/embeddings';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../../fakes/data-run.ts';

const number = { role: 'feature', type: 'number' };
const columns = {
  emb_0: number,
  emb_1: number,
  title_0_e: number,
  title_1_e: number,
  tag_0: number,
  tag_1: { role: 'feature', type: 'category' },
  age: number,
};
const parsed = (embeddings: unknown) => pipelineSchema.safeParse(smallPipeline({ columns, embeddings }));

describe('the embeddings of a pipeline', () => {
  it('are its columns whose names fit, in their order', () => {
    const pipeline = pipelineSchema.parse(
      smallPipeline({ columns, embeddings: { text: 'emb_*', title: 'title_*_e' } }),
    );
    expect(embeddingsOf(pipeline)).toEqual([
      { name: 'text', columns: ['emb_0', 'emb_1'] },
      { name: 'title', columns: ['title_0_e', 'title_1_e'] },
    ]);
  });

  it('are none where the pipeline names none', () => {
    expect(embeddingsOf(pipelineSchema.parse(smallPipeline({ columns })))).toEqual([]);
  });

  it.each([
    [{ text: 'vec_*' }, 'text', 'vec_* names 0 columns of dataset.columns, and an embedding has at least two'],
    [{ text: 'ag*e' }, 'text', 'ag*e names 1 columns of dataset.columns, and an embedding has at least two'],
    [{ age: 'emb_*' }, 'age', 'a column has this name: choose another one'],
    [{ y: 'emb_*' }, 'y', 'a column has this name: choose another one'],
    [{ tags: 'tag_*' }, 'tags', '"tag_1" is no number that is a model input: choose a pattern that leaves it out'],
    [{ text: 'emb_*', all: 'e*' }, 'all', '"emb_0" is part of text already: choose patterns without a common column'],
  ])('refuse %j', (embeddings, name, message) => {
    const issues = parsed(embeddings).error?.issues.map(({ path, message: own }) => [path.join('.'), own]);
    expect(issues).toEqual([[`dataset.embeddings.${name}`, message]]);
  });

  it('refuse a name without *', () => {
    expect(parsed({ text: 'emb_0' }).error?.issues[0]?.message).toBe('the names of its columns with one *, as emb_*');
  });

  it('do not take one character for both ends of a pattern', () => {
    expect(parsed({ text: 'emb_0*0' }).error?.issues[0]?.message).toContain('names 0 columns');
  });
});
