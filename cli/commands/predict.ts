import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { Command } from 'commander';
import { formatNumber } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import { type PredictResponse, predictResponseSchema } from '#schemas/events/predict';
import { readBytes } from '../arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import { CliError, dim, print, printJson, table } from '../output.ts';
import { type PredictionRow, readPredictionRows, requestsOf } from '../prediction-rows.ts';
import { readProjectPipeline } from '../project.ts';
import { requireRunning } from '../running-pipelines.ts';
import type { Target } from '../target.ts';
import { withTarget } from './global.ts';

async function request(
  { lambda, outputs }: Pick<Target, 'lambda' | 'outputs'>,
  pipeline: string,
  rows: readonly PredictionRow[],
  explain: boolean,
): Promise<PredictResponse> {
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({
      FunctionName: outputs.PredictFunctionName,
      Payload: JSON.stringify({ pipeline, rows, explain }),
    }),
  );
  const answer = JSON.parse(new TextDecoder().decode(Payload)) as { errorType?: string; errorMessage?: string };
  if (FunctionError) throw new CliError(answer.errorMessage ?? `The predict function failed: ${answer.errorType}`);
  return predictResponseSchema.parse(answer);
}

/** The answer to rows, in however many requests. */
export type Predicted = Omit<PredictResponse, 'inferenceId'> & {
  /** The requests in the order of the rows, each with the number of its rows: an outcome names a row by its request and its position there. */
  readonly requests: readonly { readonly inferenceId: string; readonly rows: number }[];
};

/**
 * Predicts rows with the predict function, in as many requests as they need, one after another.
 *
 * @throws CliError with the function's message when it refuses, or when the model in service changed between two requests
 */
export async function predictRows(
  target: Pick<Target, 'lambda' | 'outputs'>,
  pipeline: string,
  rows: readonly PredictionRow[],
  { explain = false }: { readonly explain?: boolean | undefined } = {},
): Promise<Predicted> {
  // no rows at all are sent too: the function says what is missing
  const parts = rows.length === 0 ? [[]] : requestsOf(rows);
  const answers: PredictResponse[] = [];
  let done = 0;
  for (const part of parts) {
    const answer = await request(target, pipeline, part, explain).catch((error: unknown) => {
      if (!(error instanceof CliError) || parts.length === 1) throw error;
      throw new CliError(`In rows ${done + 1} to ${done + part.length}, counted from ${done + 1}: ${error.message}`);
    });
    const former = answers.at(-1);
    if (former !== undefined && former.model.runId !== answer.model.runId) {
      throw new CliError(
        `The model in service changed from version ${former.model.version} to ${answer.model.version} after ${done} rows. Predict again.`,
      );
    }
    answers.push(answer);
    done += part.length;
  }
  const { inferenceId: _, ...last } = answers.at(-1) as PredictResponse;
  return {
    ...last,
    requests: answers.map(({ inferenceId, predictions }) => ({ inferenceId, rows: predictions.length })),
    predictions: answers.flatMap(({ predictions }) => predictions),
  };
}

type Prediction = PredictResponse['predictions'][number];

/** The class or value of a prediction, for people. */
function answerText(prediction: Prediction): string {
  if ('value' in prediction) return prediction.value.toPrecision(6);
  if (prediction.label !== null) return prediction.label;
  if ('above' in prediction) return `above ${prediction.above}`;
  return 'atMost' in prediction ? `at most ${prediction.atMost}` : `none of ${prediction.noneOf.join(', ')}`;
}

/** The probability of the class that is answered. */
function probabilityText(prediction: Prediction): string {
  if ('value' in prediction) return '';
  if ('probabilities' in prediction) return (prediction.probabilities[prediction.label] ?? 0).toFixed(4);
  return (prediction.positive ? prediction.score : 1 - prediction.score).toFixed(4);
}

const gapsText = ({ missing = [], unknown = [] }: Prediction): string =>
  [
    ...(missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
    ...(unknown.length > 0 ? [`unknown category: ${unknown.join(', ')}`] : []),
  ].join('; ');

/** A table of predictions, for people: the answer, its probability, and what the model did not get of the row. */
export function predictionTable(predictions: readonly Prediction[]): string {
  const gaps = predictions.map(gapsText);
  const hasGaps = gaps.some((text) => text !== '');
  return table(
    ['ROW', 'PREDICTION', 'PROBABILITY', ...(hasGaps ? ['THE MODEL DID NOT GET'] : [])],
    predictions.map((p, i) => [String(i + 1), answerText(p), probabilityText(p), gaps[i] ?? '']),
  );
}

interface PredictOptions {
  readonly rows?: string;
  readonly explain?: boolean;
}

/** Contributions that are listed for a row. */
const listedContributions = 10;

/** Why each row has its answer, the largest contributions first, for people. */
export function explanationTexts(predictions: readonly Prediction[]): string[] {
  return predictions.flatMap(({ explanation }, i) => {
    if (explanation === undefined) return [];
    const { unit, class: name, expected, uncalibrated, contributions } = explanation;
    const ranked = Object.entries(contributions).sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
    const rest = ranked.slice(listedContributions);
    const sum = (parts: readonly (readonly [string, number])[]) => parts.reduce((total, [, part]) => total + part, 0);
    const signed = (value: number) => formatNumber(value, { signed: true });
    const rows = [
      ['on average', formatNumber(expected)],
      ...ranked.slice(0, listedContributions).map(([column, part]) => [column, signed(part)]),
      ...(rest.length > 0 ? [[counted(rest.length, 'other column'), signed(sum(rest))]] : []),
      ['together', formatNumber(expected + sum(ranked))],
      ...(uncalibrated === undefined ? [] : [['score before calibration', formatNumber(uncalibrated)]]),
    ];
    const of = name === undefined ? '' : ` of ${name}`;
    return [`\nrow ${i + 1}: contributions to the ${unit}${of}`, table(['COLUMN', 'CONTRIBUTION'], rows)];
  });
}

export function predictCommand(program: Command): void {
  program
    .command('predict')
    .description('predict raw rows with the model in service')
    .argument('<pipeline>')
    .argument('[values...]', 'one row as column=value')
    .option('--rows <file>', 'rows as CSV with a header, a JSON array or JSON lines; - for standard input')
    .option('--explain', 'what each column contributes to each answer')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate predict loan-default income=31000 amount=14000 term=60
  $ npx tidegate predict loan-default --explain income=31000 amount=14000 term=60
  $ npx tidegate predict loan-default --rows applicants.csv
  $ cat rows.jsonl | npx tidegate predict loan-default --rows - --json`,
    )
    .action(async (pipeline: string, values: string[], { rows: file, explain }: PredictOptions, command: Command) => {
      await withTarget(command, async (target, { json }) => {
        requireRunning(target, pipeline);
        const pairs = values.map((pair, i) => {
          const at = pair.indexOf('=');
          if (at < 1) throw new CliError(`Value ${i + 1} is not column=value.`, exitCodes.usage);
          return [pair.slice(0, at), pair.slice(at + 1)] as const;
        });
        if ((file === undefined) === (pairs.length === 0))
          throw new CliError('Give the rows either as column=value or with --rows.', exitCodes.usage);
        const rows =
          file === undefined
            ? [Object.fromEntries(pairs)]
            : readPredictionRows(file, readBytes(file), readProjectPipeline(pipeline, target.stage).dataset);
        const answer = await predictRows(target, pipeline, rows, { explain });
        if (json) return printJson(answer);
        print(`model v${answer.model.version} ${dim(`run ${answer.model.runId}, endpoint ${answer.endpoint}`)}`);
        print(predictionTable(answer.predictions));
        for (const text of explanationTexts(answer.predictions)) print(text);
        const [first, ...more] = answer.requests;
        if (more.length === 0 && first !== undefined) print(dim(`request ${first.inferenceId}`));
      });
    });
}
