import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { compareQuotas, type QuotaFinding, type QuotaSections, quotaNeeds } from '#domain/quotas/needs';
import { quotasClient, readQuotas } from './account-quotas.ts';

/** One line of `tidegate doctor`. */
export interface Finding {
  readonly what: string;
  readonly state: 'ok' | 'later' | 'missing';
  readonly detail: string;
  readonly fix?: string;
}

const reason = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error);

const states: Readonly<Record<QuotaFinding['state'], Finding['state']>> = {
  enough: 'ok',
  slow: 'later',
  'too low': 'missing',
  unknown: 'later',
};

function quotaFinding({ quota, needed, limit, state, because, fix }: QuotaFinding): Finding {
  const has = limit === undefined ? 'unknown' : String(limit);
  return {
    what: `Quota "${quota}"`,
    state: states[state],
    detail: `${has}, ${needed} needed (${because.join('; ')})`,
    ...(fix === undefined ? {} : { fix }),
  };
}

/**
 * Compares what the pipelines need with the quotas of the account. Without credentials, every need is listed as not checked.
 *
 * @param shardConcurrency the stage's parameter
 */
export async function quotaFindings(
  pipelines: readonly QuotaSections[],
  shardConcurrency: number,
  region: string | undefined,
): Promise<Finding[]> {
  const needs = quotaNeeds(pipelines, shardConcurrency);
  const client = quotasClient(region);
  try {
    return compareQuotas(needs, await readQuotas(client, needs)).map(quotaFinding);
  } catch (error) {
    return [
      {
        what: 'Service Quotas',
        state: 'later',
        detail: `could not be read: ${reason(error)}`,
        fix: 'check --profile and --region; the role needs servicequotas:ListServiceQuotas and ListAWSDefaultServiceQuotas',
      },
      ...needs.map(({ quota, needed, because }): Finding => {
        return {
          what: `Quota "${quota}"`,
          state: 'later',
          detail: `not checked, ${needed} needed (${because.join('; ')})`,
        };
      }),
    ];
  } finally {
    client.destroy();
  }
}

/** Whether the stage's tables are protected against deletion, which the first deployment leaves off. */
export async function protectionFinding(stage: string, region: string | undefined): Promise<Finding> {
  const what = 'Table protection';
  const client = new DynamoDBClient(region === undefined ? {} : { region });
  try {
    const unprotected: string[] = [];
    for (const table of ['state', 'endpoint-tests', 'approvals'].map((name) => `tidegate-${stage}-${name}`)) {
      const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
      if (Table?.DeletionProtectionEnabled !== true) unprotected.push(table);
    }
    if (unprotected.length === 0) return { what, state: 'ok', detail: 'all tables refuse deletion' };
    return {
      what,
      state: 'later',
      detail: `${unprotected.join(', ')} can be deleted`,
      fix: `deploy again with --param tableDeletionProtection=true, or set it for ${stage} in serverless.yml`,
    };
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException')
      return { what, state: 'later', detail: `stage ${stage} is not deployed yet` };
    return { what, state: 'later', detail: `could not be read: ${reason(error)}` };
  } finally {
    client.destroy();
  }
}
