/** The region that the price table is exact for. */
export const priceRegion = 'us-east-1';

/**
 * What a region costs, as a multiple of `us-east-1`, where the table has no price of its own. The answer is "about" then. `eu-west-1`
 * follows from a bill of December 2023 (`ml.m5.xlarge` 0.257 an hour: github.com/aws-samples/sagemaker-ssh-helper, Sample_Costs.md).
 */
const factors: ReadonlyMap<string, number> = new Map([
  [priceRegion, 1],
  ['us-east-2', 1],
  ['us-west-2', 1],
  ['eu-west-1', 1.12],
]);

/** Any other region: a quarter more, so that an estimate is rather too high than too low. */
const otherFactor = 1.25;

/** What a region costs, as a multiple of `us-east-1`. */
export const regionFactor = (region: string): number => factors.get(region) ?? otherFactor;
