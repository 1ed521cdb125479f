import type { Command } from 'commander';
import { dearestKind, kindNames, savingOf } from '#domain/costs/advice';
import { dollars, showAmount, unknownText } from '#domain/costs/amount';
import { monthPattern } from '#domain/costs/month';
import { costKindSchema, type PipelineMonth, type StageMonths } from '#schemas/records/costs';
import { requirePipeline } from '../arguments.ts';
import { describeEndpoint, pricingOf, readMonths } from '../costs.ts';
import { exitCodes } from '../exit-codes.ts';
import { bold, CliError, dim, print, printJson, table, yellow } from '../output.ts';
import { pipelineNames, readProjectPipeline } from '../project.ts';
import { withTarget } from './global.ts';

interface CostsOptions {
  readonly month?: string;
}

const kinds = costKindSchema.options;

const row = ({ pipeline, runs, spent, forecast, byKind }: PipelineMonth): string[] => [
  pipeline,
  String(runs),
  showAmount(spent),
  showAmount(forecast),
  ...kinds.map((kind) => dollars(byKind[kind] ?? 0)),
];

/** A month as a table, with what is dearest and what would save. */
export function describeMonths(costs: StageMonths): string {
  const { month, spent, forecast, before, budget, byKind, pipelines } = costs;
  const dearest = dearestKind(byKind);
  const missing = unknownText(forecast);
  return [
    `${bold(month)}: ${showAmount(spent)} until now, ${showAmount(forecast)} at its end; the month before ${dollars(before)}`,
    table(['PIPELINE', 'RUNS', 'SPENT', 'FORECAST', ...kinds.map((kind) => kind.toUpperCase())], pipelines.map(row)),
    ...(budget === undefined
      ? []
      : [`budget of the stage: ${dollars(budget)}${forecast.usd > budget ? yellow(', less than the forecast') : ''}`]),
    ...(dearest === undefined
      ? []
      : [`dearest: ${kindNames[dearest.kind]}, ${dollars(dearest.usd)}. Cheaper: ${savingOf(dearest.kind)}.`]),
    ...(missing === undefined ? [] : [missing]),
  ].join('\n');
}

export function costsCommand(program: Command): void {
  program
    .command('costs')
    .description('what the pipelines cost this month, and will have cost at its end, at list prices')
    .argument('[pipeline]', 'only this pipeline, with what its endpoint costs')
    .option('--month <month>', 'another calendar month, as 2026-12 (UTC)')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate costs
  $ npx tidegate costs loan-default --stage prod
  $ npx tidegate costs --month 2026-11 --json`,
    )
    .action(async (pipeline: string | undefined, { month }: CostsOptions, command: Command) => {
      if (pipeline !== undefined) requirePipeline(pipeline);
      if (month !== undefined && !monthPattern.test(month))
        throw new CliError(`--month ${month}: write a month as 2026-12.`, exitCodes.usage);
      await withTarget(command, async (target, { json }) => {
        const names = pipeline === undefined ? pipelineNames() : [pipeline];
        const now = new Date().toISOString();
        const costs = await readMonths(target, names, { now, ...(month === undefined ? {} : { month }) });
        if (json) return printJson({ region: target.region, ...costs });
        print(describeMonths(costs));
        if (pipeline !== undefined)
          print(describeEndpoint(readProjectPipeline(pipeline, target.stage), pricingOf(target)));
        print(dim(`list prices of ${target.region}, without taxes, free tiers, storage and traffic`));
      });
    });
}
