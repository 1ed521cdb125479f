import * as z from 'zod';
import { notifySchema } from '#domain/notices/settings';
import { readPackaged } from './packaged-pipelines.ts';

/** The only section that a message needs: the schema of a whole pipeline would take a quarter of the cold start. */
const notifiedSchema = z.object({ notify: notifySchema });

/**
 * The Slack channel of a pipeline; undefined when it names none or is not in the function's package.
 *
 * @param root the folder that holds `pipelines/` (`LAMBDA_TASK_ROOT`)
 */
export const slackChannel = (root: string, pipeline: string): string | undefined =>
  notifiedSchema.safeParse(readPackaged(root, pipeline)?.value).data?.notify.slack;
