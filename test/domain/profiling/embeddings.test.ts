import { describe, expect, it } from 'vitest';
import { suggestEmbeddings } from '#domain/profiling/embeddings';

const number = { role: 'feature', type: 'number' };
const numbered = (prefix: string, count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => ({ name: `${prefix}${i + from}`, value: number }));

describe('the embeddings that names suggest', () => {
  it('are many numbers of one name, counted from 0 or 1', () => {
    const columns = [...numbered('emb_', 384), ...numbered('title.', 32, 1), { name: 'age', value: number }];
    expect(suggestEmbeddings(columns, ['y'])).toEqual({ emb: 'emb_*', title: 'title.*' });
    expect(suggestEmbeddings(numbered('_', 32), [])).toEqual({ embedding: '_*' });
  });

  it.each([
    ['are few', numbered('m', 31)],
    ['have gaps', [...numbered('m', 32), { name: 'm40', value: number }]],
    ['begin later', numbered('year', 40, 1980)],
    ['have one place twice', [...numbered('m', 32), { name: 'm01', value: number }]],
    ['share their name with another column', [...numbered('m', 40), { name: 'mode', value: { role: 'slice' } }]],
    ['are no numbers', numbered('m', 40).map(({ name }) => ({ name, value: { role: 'feature', type: 'category' } }))],
    ['are numbers alone', numbered('', 40)],
    ['have a name that no pattern can hold', numbered('m*', 40)],
    ['would have the name of a column', [...numbered('m_', 40), { name: 'm', value: number }]],
  ])('are none where columns %s', (_, columns) => {
    expect(suggestEmbeddings(columns, ['y'])).toEqual({});
  });

  it('are none with the name of the label', () => {
    expect(suggestEmbeddings(numbered('y_', 40), ['y'])).toEqual({});
  });
});
