import * as z from 'zod';
import { type ApprovalRules, approvalRules } from '#domain/registry/approval-rules';
import { registrySchema } from '#domain/registry/settings';
import { readPackaged } from './packaged-pipelines.ts';

/** The only section that an approval needs: the schema of a whole pipeline would take a quarter of the cold start. */
const approvedSchema = z.object({ registry: registrySchema });

/**
 * Who may decide on a pipeline's versions, by the function's package. Of a pipeline that is not in it, nobody in Slack.
 *
 * @param root the folder that holds `pipelines/` (`LAMBDA_TASK_ROOT`)
 * @param stageApprovers who decides where a pipeline names nobody
 */
export function packagedRules(root: string, pipeline: string, stageApprovers: string): ApprovalRules {
  const { registry } = approvedSchema.safeParse(readPackaged(root, pipeline)?.value).data ?? {};
  return registry ? approvalRules(registry, stageApprovers) : approvalRules({ approvers: [] }, '');
}

/**
 * Until when the buttons of a message about a pipeline work; undefined where nobody may use them.
 *
 * @param now milliseconds since the epoch
 */
export function packagedButtons(
  root: string,
  pipeline: string,
  stageApprovers: string,
  now: number,
): { readonly expires: number } | undefined {
  const { approvers, buttonsMs } = packagedRules(root, pipeline, stageApprovers);
  return approvers.length === 0 ? undefined : { expires: now + buttonsMs };
}
