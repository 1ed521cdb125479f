import type { Command } from 'commander';
import { sourceOf } from '#domain/costs/price-table';
import { requirePipeline } from '../arguments.ts';
import { cleanUp, describePlan } from '../clean-up.ts';
import { pricingOf } from '../costs.ts';
import { dim, green, print, printJson } from '../output.ts';
import { withTarget } from './global.ts';

export function cleanUpCommand(program: Command): void {
  program
    .command('clean-up')
    .description('delete what no pipeline needs any more, as its retention says; --dry-run only lists it')
    .argument('[pipeline]', 'name of the pipeline (default: all)')
    .option('--dry-run', 'list what would go, why, its size and cost; delete nothing')
    .addHelpText(
      'after',
      `\nWhat serves, waits for approval, is under way or may be rolled back to stays, and so do raw drops.

Examples:
  $ npx tidegate clean-up --dry-run                      what would go of every pipeline
  $ npx tidegate clean-up flight-delay --stage prod`,
    )
    .action(async (pipeline: string | undefined, { dryRun = false }: { dryRun?: boolean }, command: Command) => {
      if (pipeline !== undefined) requirePipeline(pipeline);
      await withTarget(command, async (target, { json }) => {
        const silent = json === true || dryRun;
        const { executionArn, planKey, plan, removed } = await cleanUp(target, { pipeline, dryRun }, silent);
        if (json) return printJson({ executionArn, planKey, ...plan, ...(removed ? { removed } : {}) });
        const pricing = pricingOf(target);
        print(describePlan(plan, pricing));
        if (dryRun) print(dim(`by ${sourceOf('s3.gbMonth', pricing)}; nothing was deleted`));
        else if (removed)
          print(`${green('cleaned up')} after ${removed.runs} runs; ${removed.kept} came into use and stayed`);
        print(dim(`record: s3://${target.outputs.ArtifactsBucketName}/${planKey}`));
      });
    });
}
