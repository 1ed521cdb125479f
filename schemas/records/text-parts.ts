import * as z from 'zod';

const position = z.int().min(0);

/**
 * Where the parts of a large text file begin and end (`_tidegate/…/parts/<file>.json` in the raw bucket). It has positions and the
 * pipeline's own names of columns, no text of the file.
 */
export const textPartsSchema = z.object({
  version: z.literal(1),
  encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'latin-1', 'windows-1252']),
  /** CSV only: the pipeline's name of each column of the file; null for one that it does not name. */
  columns: z.array(z.string().nullable()).optional(),
  parts: z.array(
    z.object({
      start: position.describe('the first byte'),
      end: position.describe('the byte after the last one; the same as the first where no row starts in this part'),
      line: z.int().min(1).describe('the first line, from 1'),
      lines: position,
    }),
  ),
});
export type TextParts = z.output<typeof textPartsSchema>;
