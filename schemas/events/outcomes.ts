import * as z from 'zod';
import { outcomesFileSchema, receivedFileSchema } from '#schemas/records/outcome';

/**
 * ReadOutcomes' input: the part of EventBridge's `Object Created` event that names one version of a file (EventBridge User Guide,
 * "Amazon S3 events").
 */
export const readOutcomesSchema = z.object({
  key: z.string().min(1),
  size: z.int().min(0),
  etag: z.string().min(1),
  versionId: z.string().nullish(),
  receivedAt: z.iso.datetime({ offset: true }).describe('when the object was created'),
});
export type ReadOutcomesEvent = z.output<typeof readOutcomesSchema>;

/** Why a file is not recorded. */
const skippedSchema = z.object({
  decision: z.literal('skipped'),
  pipeline: z.string().nullable(),
  reason: z.string(),
});

/** ReadOutcomes' result. */
export type ReadOutcomes =
  | z.output<typeof skippedSchema>
  | { readonly decision: 'read'; readonly file: z.output<typeof receivedFileSchema> };

/** JoinOutcomes' input: the file that was read. */
export const joinOutcomesSchema = z.object({ file: receivedFileSchema });

/** What the record-outcomes machine ends with. */
export const recordedOutcomesSchema = z.discriminatedUnion('decision', [
  skippedSchema,
  z.object({
    decision: z.literal('recorded'),
    file: outcomesFileSchema,
    check: z.boolean().default(false).describe('whether a drift check should decide about what labels say'),
  }),
]);
export type RecordedOutcomes = z.output<typeof recordedOutcomesSchema>;
