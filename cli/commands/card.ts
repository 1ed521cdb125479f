import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { cardPage } from '#domain/reports/card-page';
import type { CardMetric } from '#schemas/records/model-card';
import { readModelCard, type ShownCard } from '../model-card.ts';
import { bold, print, printJson, table } from '../output.ts';
import { findChromium, printPdf } from '../print-pdf.ts';
import { findRun } from '../runs.ts';
import { withTarget } from './global.ts';

interface CardOptions {
  readonly html?: string;
  readonly pdf?: string;
}

const valueText = ({ type, value }: CardMetric): string | undefined => {
  if (type === 'boolean') return value === true ? 'passed' : 'not passed';
  return type === 'number' || type === 'string' ? String(value) : undefined;
};

/** A card for the terminal: curves and matrices are on the page. */
export function describeCard({ facts: { pipeline, runId, version, status }, card }: ShownCard): string {
  const { intended_uses: uses, training_details: training, additional_information: more } = card;
  const said = (
    [
      ['purpose', uses.purpose_of_model],
      ['uses', uses.intended_uses],
      ['limits', uses.factors_affecting_model_efficiency],
      ['risk', uses.risk_rating],
      ['training', training.training_observations],
      ['caveats', more.caveats_and_recommendations],
    ] as const
  ).flatMap(([name, text]) => (text === undefined ? [] : [`${bold(name)} ${text}`]));
  const metrics = card.evaluation_details.flatMap(({ name, metric_groups: groups = [] }) =>
    groups.flatMap(({ name: group, metric_data: data }) =>
      data.flatMap((metric) => {
        const value = valueText(metric);
        return value === undefined ? [] : [[`${name}: ${group}`, metric.name, value, metric.notes ?? '']];
      }),
    ),
  );
  return [
    `${bold(pipeline)} ${version === undefined ? 'not registered' : `version ${version}, card ${status ?? 'of its records'}`}, run ${runId}`,
    ...said,
    table(['', 'NAME', 'VALUE', 'NOTES'], metrics),
  ].join('\n');
}

function writePage(shown: ShownCard, file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, cardPage(shown.card, shown.facts));
  return file;
}

/** Prints the page to a PDF, with the page itself beside it only where that is wanted. */
async function writePdf(shown: ShownCard, pdf: string, chromium: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-card-'));
  try {
    await printPdf(writePage(shown, join(folder, 'card.html')), pdf, chromium);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return pdf;
}

export function cardCommand(program: Command): void {
  program
    .command('card')
    .description('the model card of a run: what its model is for, how it was trained and judged, its lineage')
    .argument('[run]', 'run id or its start, or a pipeline for its newest run')
    .option('--html <file>', 'write it as a page, with curves')
    .option('--pdf <file>', 'print it to a PDF, by a Chromium, Chrome or Edge on this machine (or that CHROMIUM names)')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate card loan-default
  $ npx tidegate card loan-default --html card.html
  $ npx tidegate card loan-default --json`,
    )
    .action(async (id: string | undefined, { html, pdf }: CardOptions, command: Command) => {
      // before anything is fetched
      const chromium = pdf === undefined ? undefined : findChromium();
      await withTarget(command, async (target, { json }) => {
        const shown = await readModelCard(target, await findRun(target, id));
        const written = [
          ...(html === undefined ? [] : [writePage(shown, html)]),
          ...(pdf === undefined || chromium === undefined ? [] : [await writePdf(shown, pdf, chromium)]),
        ];
        if (json) return printJson({ ...shown.facts, card: shown.card, ...(written.length > 0 ? { written } : {}) });
        print(written.length > 0 ? written.join('\n') : describeCard(shown));
      });
    });
}
