import * as z from 'zod';

/** The column that a constraint is on. */
export const columnNameSchema = z.string().min(1).meta({
  description:
    'A column that is kept, the id or the time. What is checked is its clean value: what an action left of a personal column.',
});
