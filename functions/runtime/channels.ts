import * as z from 'zod';
import { type NotifySettings, notifySchema } from '#domain/notices/settings';
import { readPackaged } from './packaged-pipelines.ts';

/** The only section that a message needs: the schema of a whole pipeline would take a quarter of the cold start. */
const notifiedSchema = z.object({ notify: notifySchema });

/**
 * Where the messages of a pipeline go; undefined when it does not say so or is not in the function's package.
 *
 * @param root the folder that holds `pipelines/` (`LAMBDA_TASK_ROOT`)
 */
export const slackSettings = (root: string, pipeline: string): NotifySettings['slack'] =>
  notifiedSchema.safeParse(readPackaged(root, pipeline)?.value).data?.notify.slack;
