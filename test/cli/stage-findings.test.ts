import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  ListAWSDefaultServiceQuotasCommand,
  ListServiceQuotasCommand,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { lambdaConcurrency, type QuotaSections } from '#domain/quotas/needs';
import { protectionFinding, quotaFindings } from '../../cli/stage-findings.ts';

const freshQuotas = () => mockClient(ServiceQuotasClient);
const freshTables = () => mockClient(DynamoDBClient);
let quotas: ReturnType<typeof freshQuotas>;
let tables: ReturnType<typeof freshTables>;
beforeEach(() => {
  quotas = freshQuotas();
  tables = freshTables();
});

const loans: QuotaSections = {
  name: 'loans',
  training: { instances: { type: 'ml.m5.xlarge', count: 1, volumeSizeInGB: 30, spot: false } },
  deployment: { instances: { type: 'ml.m5.large', count: 1 } },
};
const quota = (QuotaName: string, Value: number) => ({ QuotaName, Value, QuotaCode: `L-${QuotaName.length}` });

describe('the quotas of a stage', () => {
  it('are the applied values, over several pages, and AWS’s defaults where none is applied', async () => {
    quotas
      .on(ListServiceQuotasCommand, { ServiceCode: 'sagemaker' })
      .resolves({ Quotas: [quota('ml.m5.large for endpoint usage', 8)], NextToken: 'more' })
      .on(ListServiceQuotasCommand, { ServiceCode: 'sagemaker', NextToken: 'more' })
      .resolves({ Quotas: [quota('ml.m5.xlarge for transform job usage', 0)] })
      .on(ListAWSDefaultServiceQuotasCommand, { ServiceCode: 'sagemaker' })
      .resolves({
        Quotas: [quota('ml.m5.xlarge for training job usage', 15), quota('ml.m5.xlarge for transform job usage', 99)],
      })
      .on(ListServiceQuotasCommand, { ServiceCode: 'lambda' })
      .resolves({ Quotas: [quota(lambdaConcurrency, 10)] });

    const findings = await quotaFindings([loans], 40, 'eu-central-1');

    expect(findings.map(({ what, state }) => [what, state])).toEqual([
      ['Quota "ml.m5.large for endpoint usage"', 'ok'],
      ['Quota "ml.m5.xlarge for training job usage"', 'ok'],
      ['Quota "ml.m5.xlarge for transform job usage"', 'missing'],
      ['Quota "Concurrent executions"', 'later'],
    ]);
    expect(findings[2]).toMatchObject({
      detail: '0, 2 needed (loans: candidate and champion are scored side by side)',
      fix: expect.stringContaining('--service-code sagemaker --quota-code L-36 --desired-value 2'),
    });
  });

  it('are listed as not checked when the account cannot be read', async () => {
    quotas.on(ListServiceQuotasCommand).rejects(new Error('Could not load credentials from any providers'));

    const [first, ...rest] = await quotaFindings([loans], 40, 'eu-central-1');

    expect(first).toMatchObject({
      what: 'Service Quotas',
      state: 'later',
      detail: 'could not be read: Could not load credentials from any providers',
    });
    expect(rest).toHaveLength(4);
    for (const { detail } of rest) expect(detail).toMatch(/^not checked, \d+ needed/);
  });
});

describe('the protection of a stage’s tables', () => {
  it('is on, or says how to turn it on after the first deployment', async () => {
    tables.on(DescribeTableCommand).resolves({ Table: { DeletionProtectionEnabled: true } });
    expect(await protectionFinding('prod', 'eu-central-1')).toMatchObject({ state: 'ok' });

    tables
      .on(DescribeTableCommand, { TableName: 'tidegate-prod-state' })
      .resolves({ Table: { DeletionProtectionEnabled: false } });
    expect(await protectionFinding('prod', 'eu-central-1')).toMatchObject({
      state: 'later',
      detail: 'tidegate-prod-state can be deleted',
      fix: expect.stringContaining('tableDeletionProtection=true'),
    });
  });

  it('is not known of a stage that is not deployed, or without credentials', async () => {
    tables.on(DescribeTableCommand).rejects(Object.assign(new Error('no'), { name: 'ResourceNotFoundException' }));
    expect((await protectionFinding('prod', 'eu-central-1')).detail).toBe('stage prod is not deployed yet');
    tables.on(DescribeTableCommand).rejects(new Error('Could not load credentials from any providers'));
    expect((await protectionFinding('prod', 'eu-central-1')).detail).toBe(
      'could not be read: Could not load credentials from any providers',
    );
  });
});
