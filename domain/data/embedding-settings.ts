import * as z from 'zod';

/** `dataset.embeddings`: columns of numbers that mean something only together. */
export const embeddingsSchema = z
  .record(z.string().min(1), z.string().regex(/^[^*]*\*[^*]*$/, 'the names of its columns with one *, as emb_*'))
  .default({})
  .meta({
    description:
      'Columns of numbers that are one embedding, by a name of your own: the names of the columns, with `*` for what differs. They stay model inputs. [Drift checks](drift.md#embeddings) look at an embedding as a whole, and not at each of its columns.',
    examples: [{ headline: 'emb_*' }],
  });
