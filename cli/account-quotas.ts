import {
  paginateListAWSDefaultServiceQuotas,
  paginateListServiceQuotas,
  type ServiceQuota,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import type { QuotaNeed } from '#domain/quotas/needs';

type Limits = Map<string, { value: number; code: string }>;

/**
 * The account's quotas of those names: the applied value where there is one, otherwise AWS's default, which is all that Service
 * Quotas lists for a quota that was never raised (Service Quotas API Reference, ListServiceQuotas).
 *
 * @returns by service and quota name, as `sagemaker ml.m5.large for endpoint usage`; those that are not listed are missing
 */
export async function readQuotas(client: ServiceQuotasClient, needs: readonly QuotaNeed[]): Promise<Limits> {
  const limits: Limits = new Map();
  for (const service of new Set(needs.map((need) => need.service))) {
    const wanted = new Set(needs.filter((need) => need.service === service).map(({ quota }) => quota));
    const take = (quotas: readonly ServiceQuota[] = []): void => {
      for (const { QuotaName: name, QuotaCode: code, Value: value } of quotas) {
        if (name === undefined || code === undefined || value === undefined || !wanted.delete(name)) continue;
        limits.set(`${service} ${name}`, { value, code });
      }
    };
    for (const list of [paginateListServiceQuotas, paginateListAWSDefaultServiceQuotas]) {
      if (wanted.size === 0) break;
      for await (const { Quotas } of list({ client, pageSize: 100 }, { ServiceCode: service })) {
        take(Quotas);
        if (wanted.size === 0) break;
      }
    }
  }
  return limits;
}

/** @param region the SDK's own choice when it is not given */
export const quotasClient = (region: string | undefined): ServiceQuotasClient =>
  new ServiceQuotasClient({ ...(region === undefined ? {} : { region }), maxAttempts: 5 });
