import { approvalLog } from '#functions/aws/approval-log';
import { documentClient } from '#functions/aws/clients/dynamodb';
import { stateStore } from '#functions/aws/state-store';
import type { ApprovalLog } from '#functions/ports/approval-log';
import type { StateStore } from '#functions/ports/state-store';

/** The tables of this deployment. Each function names those it uses in its configuration. */
export const runStore = (config: { readonly STATE_TABLE: string }): StateStore =>
  stateStore(documentClient(), config.STATE_TABLE);
export const endpointTestStore = (config: { readonly ENDPOINT_TESTS_TABLE: string }): StateStore =>
  stateStore(documentClient(), config.ENDPOINT_TESTS_TABLE);
export const approvals = (config: { readonly APPROVALS_TABLE: string }): ApprovalLog =>
  approvalLog(documentClient(), config.APPROVALS_TABLE);
