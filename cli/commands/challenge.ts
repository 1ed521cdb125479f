import type { Command } from 'commander';
import { requirePipeline } from '../arguments.ts';
import { describeCurrent, describePast, endByHand, readChallenges } from '../challenges.ts';
import { print, printJson } from '../output.ts';
import { withTarget } from './global.ts';

async function show(pipeline: string, _: unknown, command: Command): Promise<void> {
  await withTarget(command, async (target, { json }) => {
    const challenges = await readChallenges(target, pipeline);
    const { current, past } = challenges;
    if (!current && past.length === 0) requirePipeline(pipeline);
    if (json) return printJson(challenges);
    if (!current && past.length === 0) return print(`${pipeline} had no challenge yet.`);
    const parts = [describeCurrent(challenges), ...past.slice(0, 5).map(describePast)];
    print(
      parts
        .filter((lines) => lines.length > 0)
        .map((lines) => lines.join('\n'))
        .join('\n\n'),
    );
  });
}

const endWith =
  (end: 'won' | 'stopped') =>
  async (pipeline: string, { reason }: { readonly reason?: string }, command: Command): Promise<void> => {
    await withTarget(command, async (target, { json }) => {
      const expected = await endByHand(target, pipeline, end, reason);
      if (json) printJson({ pipeline, end, expected });
      else print(expected);
    });
  };

export function challengeCommand(program: Command): void {
  const challenge = program
    .command('challenge')
    .description('look at the challenge of a pipeline, or end it')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate challenge show loan-default
  $ npx tidegate challenge promote loan-default --reason 'seen enough'
  $ npx tidegate challenge stop loan-default --stage prod`,
    );
  challenge
    .command('show')
    .description('the challenge under way with what was measured, and the last ones')
    .argument('<pipeline>', 'name of the pipeline')
    .action(show);
  challenge
    .command('promote')
    .description('roll the challenger out, without waiting for a verdict')
    .argument('<pipeline>', 'name of the pipeline')
    .option('--reason <text>', 'why; kept with the challenge')
    .action(endWith('won'));
  challenge
    .command('stop')
    .description('keep the champion, without waiting for a verdict')
    .argument('<pipeline>', 'name of the pipeline')
    .option('--reason <text>', 'why; kept with the challenge')
    .action(endWith('stopped'));
}
