import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { Command } from 'commander';
import { type PredictResponse, predictResponseSchema } from '#schemas/events/predict';
import { readText } from '../arguments.ts';
import { CliError, dim, print, printJson, table } from '../output.ts';
import { requireRunning } from '../running-pipelines.ts';
import type { Target } from '../target.ts';
import { withTarget } from './global.ts';

/** Calls the predict function. @throws CliError with the function's message when it refuses */
export async function predictRows(
  { lambda, outputs }: Target,
  pipeline: string,
  rows: readonly unknown[],
): Promise<PredictResponse> {
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: outputs.PredictFunctionName, Payload: JSON.stringify({ pipeline, rows }) }),
  );
  const answer = JSON.parse(new TextDecoder().decode(Payload)) as { errorType?: string; errorMessage?: string };
  if (FunctionError) throw new CliError(answer.errorMessage ?? `The predict function failed: ${answer.errorType}`);
  return predictResponseSchema.parse(answer);
}

/** Rows from a file: a JSON array, JSON lines, or one object. */
function readRows(file: string): unknown[] {
  const text = readText(file).trim();
  try {
    const parsed = JSON.parse(text) as unknown;
    return Array.isArray(parsed) ? parsed : [parsed];
  } catch {
    return text.split('\n').map((line, i) => {
      try {
        return JSON.parse(line) as unknown;
      } catch {
        throw new CliError(`${file}, line ${i + 1}: not JSON. Give a JSON array of objects, or one object a line.`);
      }
    });
  }
}

export function predictCommand(program: Command): void {
  program
    .command('predict')
    .description('predict raw rows with the model in service')
    .argument('<pipeline>')
    .argument('[values...]', 'one row as column=value')
    .option('--rows <file>', 'rows as JSON array or JSON lines; - for standard input')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate predict loan-default income=31000 amount=14000 term=60
  $ cat rows.jsonl | npx tidegate predict loan-default --rows - --json`,
    )
    .action(async (pipeline: string, values: string[], { rows: file }: { rows?: string }, command: Command) => {
      await withTarget(command, async (target, { json }) => {
        requireRunning(target, pipeline);
        const pairs = values.map((pair) => {
          const at = pair.indexOf('=');
          if (at < 1) throw new CliError(`"${pair}" is not column=value.`);
          return [pair.slice(0, at), pair.slice(at + 1)] as const;
        });
        if ((file === undefined) === (pairs.length === 0))
          throw new CliError('Give the rows either as column=value or with --rows.');
        const rows = file === undefined ? [Object.fromEntries(pairs)] : readRows(file);
        const answer = await predictRows(target, pipeline, rows);
        if (json) return printJson(answer);
        print(`model v${answer.model.version} ${dim(`run ${answer.model.runId}, endpoint ${answer.endpoint}`)}`);
        print(
          table(
            ['ROW', 'PREDICTION', 'SCORE'],
            answer.predictions.map((p, i) => [
              String(i + 1),
              'value' in p ? p.value.toPrecision(6) : p.label,
              'score' in p
                ? p.score.toFixed(4)
                : 'probabilities' in p
                  ? (p.probabilities[p.label] ?? 0).toFixed(4)
                  : '',
            ]),
          ),
        );
      });
    });
}
