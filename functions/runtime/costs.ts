import type { Pricing } from '#domain/costs/price-table';
import type { Architecture } from '#domain/costs/run-usage';
import { type CostSettings, costSettingsSchema } from '#domain/costs/settings';
import { ConfigurationError } from '#domain/errors';

/** The prices and the budget of a stage. */
export interface StageCosts {
  readonly stage: string;
  readonly region: string;
  readonly pricing: Pricing;
  readonly architecture: Architecture;
  /** What all pipelines of the stage may cost together. */
  readonly budget: CostSettings['budget'];
}

/** The architecture of functions, from that of this one: they all have the same. */
export const architectureOf = (arch: string): Architecture => (arch === 'arm64' ? 'arm64' : 'x86_64');

/**
 * The costs of the stage, from the environment variable COSTS: `costs.yml` as JSON, for this stage.
 *
 * @param arch the processor, as Node.js names it
 * @throws ConfigurationError when the variable is malformed
 */
export function stageCosts(
  config: { readonly STAGE: string; readonly AWS_REGION: string; readonly COSTS: string },
  arch: string,
): StageCosts {
  try {
    const { prices, budget } = costSettingsSchema.parse(JSON.parse(config.COSTS));
    const region = config.AWS_REGION;
    return {
      stage: config.STAGE,
      region,
      pricing: { region, own: prices },
      architecture: architectureOf(arch),
      budget,
    };
  } catch (error) {
    throw new ConfigurationError(
      'Environment of the function: COSTS is not costs.yml of this version as JSON. Package the service again.',
      { cause: error },
    );
  }
}
