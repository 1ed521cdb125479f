import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { stateStore } from '#functions/aws/state-store';
import type { ApprovalLog } from '#functions/ports/approval-log';
import { ifAbsent } from '#functions/ports/state-store';

/** The DynamoDB adapter: a new item for each entry, which no later one replaces. */
export function approvalLog(client: DynamoDBDocumentClient, table: string): ApprovalLog {
  const store = stateStore(client, table);
  return {
    append: async (pipeline, id, entry) => void (await store.put(pipeline, `${entry.at}#${id}`, entry, ifAbsent)),
  };
}
