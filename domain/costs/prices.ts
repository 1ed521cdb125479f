/**
 * List prices in US dollars, without taxes and free tiers: those of us-east-1 as of November 2026, from the public price pages
 * of Amazon SageMaker AI ("Real-Time Inference") and Amazon S3. Other regions cost up to a quarter more.
 */
export const priceRegion = 'us-east-1';

/** An hour of one instance of an endpoint, by instance type. */
const hostingHour: Readonly<Record<string, number>> = {
  'ml.t2.medium': 0.056,
  'ml.t2.large': 0.111,
  'ml.t2.xlarge': 0.223,
  'ml.m4.xlarge': 0.24,
  'ml.m5.large': 0.115,
  'ml.m5.xlarge': 0.23,
  'ml.m5.2xlarge': 0.461,
  'ml.m5.4xlarge': 0.922,
  'ml.m5.12xlarge': 2.765,
  'ml.m5.24xlarge': 5.53,
  'ml.c5.large': 0.102,
  'ml.c5.xlarge': 0.204,
  'ml.c5.2xlarge': 0.408,
  'ml.c5.4xlarge': 0.816,
  'ml.c5.9xlarge': 1.836,
  'ml.c5.18xlarge': 3.672,
};

/** Hours of a month, as AWS computes monthly prices. */
const hoursOfMonth = 730;
/** A gigabyte (2^30 bytes) of S3 Standard for a month. */
const storedGigabyteMonth = 0.023;

/** What an endpoint's instances cost a month; undefined for an instance type that is not in the table. */
export function endpointMonth(instanceType: string, instances: number): number | undefined {
  const hour = hostingHour[instanceType];
  return hour === undefined ? undefined : hour * instances * hoursOfMonth;
}

/** What stored bytes cost a month. */
export const storageMonth = (bytes: number): number => (bytes / 2 ** 30) * storedGigabyteMonth;
