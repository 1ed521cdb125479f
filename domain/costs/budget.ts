import * as z from 'zod';
import { dollars, showAmount, sumOf } from '#domain/costs/amount';
import { endpointMonthly, type Served } from '#domain/costs/endpoint';
import { type Pricing, priceOf } from '#domain/costs/price-table';
import { settingLine } from '#domain/costs/setting-line';
import type { TrainingSettings } from '#domain/training/settings';
import type { Amount } from '#schemas/records/costs';

const usd = z.number().gt(0);

/** `budget`: what a run and a month may cost. */
export const budgetSchema = z
  .strictObject({
    run: usd.optional().meta({ description: 'US dollars that one run may cost.', examples: [5] }),
    month: usd.optional().meta({
      description: 'US dollars that runs and the endpoint may cost together in a calendar month (UTC).',
      examples: [200],
    }),
  })
  .meta({
    description:
      'What the pipeline may cost, at list prices. A run that would exceed it is refused before anything is paid. See [costs](costs.md).',
    examples: [{ run: 5, month: 200 }],
  });
export type Budget = z.output<typeof budgetSchema>;

/** A budget, and the file that sets it. */
export interface SetBudget {
  readonly budget: Budget;
  /** As `pipelines/loan-default.yml`. */
  readonly file: string;
  /** What the file says, to find the line. */
  readonly text?: string;
  readonly stage: string;
}

/** What a run would cost, and what the month has cost before it. */
export interface Wanted {
  readonly pipeline: string;
  readonly training: Pick<TrainingSettings, 'instances' | 'tuning'>;
  readonly deployment: Served;
  readonly estimate: Amount;
  /** What the pipeline, or the whole stage, has spent in the month, as `2026-12`. */
  readonly spent: Amount;
  readonly month: string;
}

/** A budget that a run would exceed. */
export interface Excess {
  /** The limit with its place, as `budget.run of $5.00 (pipelines/loan-default.yml, line 12)`. */
  readonly limit: string;
  readonly message: string;
}

const place = ({ file, text, stage }: SetBudget, limit: keyof Budget): string => {
  const line = text === undefined ? undefined : settingLine(text, ['budget', limit], stage);
  return line === undefined ? file : `${file}, line ${line}`;
};

const sizes = ['medium', 'large', 'xlarge', '2xlarge', '4xlarge', '9xlarge', '12xlarge', '18xlarge', '24xlarge'];

/** The next smaller type of a family that has a price in the same use; undefined where there is none. */
function smaller(type: string, use: 'training' | 'hosting', pricing?: Pricing): string | undefined {
  const [, family = '', size = ''] = type.split('.');
  const below = sizes.slice(0, Math.max(0, sizes.indexOf(size))).toReversed();
  return below
    .map((own) => `ml.${family}.${own}`)
    .find((own) => priceOf(`sagemaker.${use}.${own}`, pricing) !== undefined);
}

/** What would make a run cheaper, as the settings to change. */
function cheaperRun({ training: { instances, tuning } }: Wanted, pricing?: Pricing): string[] {
  const type = smaller(instances.type, 'training', pricing);
  return [
    ...(tuning?.maxJobs !== undefined && tuning.maxJobs > 1
      ? [`fewer jobs (training.tuning.maxJobs: ${Math.floor(tuning.maxJobs / 2)})`]
      : []),
    ...(type === undefined ? [] : [`a smaller instance (training.instances.type: ${type})`]),
    ...(instances.spot ? [] : ['spot capacity (training.instances.spot: true, estimated at the full price)']),
  ];
}

const advise = (ways: readonly string[]): string => (ways.length === 0 ? '' : ` Cheaper: ${ways.join(', or ')}.`);
const override = ({ pipeline }: Wanted): string =>
  ` Or raise the budget, or pay once: npx tidegate retrain ${pipeline} --force.`;

/** The endpoint alone costs more than a month may. */
function endpointExcess(wanted: Wanted, set: SetBudget, most: number, pricing?: Pricing): Excess | undefined {
  const { instances } = wanted.deployment;
  const monthly = endpointMonthly(wanted.deployment, pricing);
  if (monthly.usd <= most) return undefined;
  const type = smaller(instances.type, 'hosting', pricing);
  const limit = `budget.month of ${dollars(most)} (${place(set, 'month')})`;
  const ways = [
    ...(type === undefined ? [] : [`a smaller instance (deployment.instances.type: ${type})`]),
    ...(instances.count > 1 ? [`fewer of them (deployment.instances.count: ${instances.count - 1})`] : []),
  ];
  return {
    limit,
    message: `The endpoint on ${instances.count} × ${instances.type} would cost ${showAmount(monthly)} a month, more than ${limit}. Nothing was started.${advise(ways)}${override(wanted)}`,
  };
}

/**
 * The budget that a run would exceed; undefined where it is within. An amount that is a lower bound counts as it is.
 */
export function findExcess(wanted: Wanted, set: SetBudget, pricing?: Pricing): Excess | undefined {
  const { estimate, spent, month } = wanted;
  const { run, month: most } = set.budget;
  if (run !== undefined && estimate.usd > run) {
    const limit = `budget.run of ${dollars(run)} (${place(set, 'run')})`;
    return {
      limit,
      message: `The run would cost ${showAmount(estimate)}, more than ${limit}. Nothing was started.${advise(cheaperRun(wanted, pricing))}${override(wanted)}`,
    };
  }
  if (most === undefined) return undefined;
  const together = sumOf([spent, estimate]);
  if (together.usd > most) {
    const limit = `budget.month of ${dollars(most)} (${place(set, 'month')})`;
    return {
      limit,
      message: `${month} has cost ${showAmount(spent)} so far; with this run's ${showAmount(estimate)} that is more than ${limit}. Nothing was started.${advise(cheaperRun(wanted, pricing))}${override(wanted)}`,
    };
  }
  return endpointExcess(wanted, set, most, pricing);
}
