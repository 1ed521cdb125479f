import type { PipelineProposal, Reasoned } from '#domain/profiling/pipeline';
import { flow, scalar } from '../flow-yaml.ts';

/** Comments start at this column at the latest, one blank after the setting otherwise. */
const commentAt = 76;

/** A comment on a line: the reason, and what the author must decide. */
function comment({ because, doubt }: Pick<Reasoned<unknown>, 'because' | 'doubt'>): string {
  const parts = [...(because ? [because] : []), ...(doubt === undefined ? [] : [`CHECK: ${doubt}`])];
  return parts.join('. ').replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** A line with the reason behind it. */
function line(text: string, reasons: Pick<Reasoned<unknown>, 'because' | 'doubt'> = {}): string {
  const own = comment(reasons);
  return own === '' ? text : `${text.padEnd(Math.min(commentAt, Math.max(text.length, 40)))} # ${own}`;
}

const setting = (indent: string, key: string, own: Reasoned<unknown> | undefined): string[] =>
  own === undefined ? [] : [line(`${indent}${scalar(key)}: ${flow(own.value)}`, own)];

/**
 * The text of a pipeline's file, each setting with its reason as a comment.
 *
 * @param source how the first line names the file that it was written for
 */
export function pipelineYaml(proposal: PipelineProposal, source: string): string {
  const { name, format, csv, nullValues, trim, label, id, time, from, columns } = proposal;
  const { maxMalformedFraction, minRows, split, imbalance, task, gates } = proposal;
  return [
    '# yaml-language-server: $schema=../schemas/generated/pipeline.schema.json',
    line(
      `# Written by "tidegate new" from ${source.replaceAll(/\p{Cc}+/gu, ' ')}. Lines with CHECK need your decision; docs/reference.md has every setting.`,
    ),
    `name: ${name}`,
    '',
    'dataset:',
    `  format: ${format}`,
    ...setting('  ', 'csv', csv),
    ...setting('  ', 'nullValues', nullValues),
    ...setting('  ', 'trim', trim),
    ...setting('  ', 'label', label),
    ...setting('  ', 'id', id),
    ...setting('  ', 'time', time),
    ...(from === undefined ? [] : [`  from: ${flow(from)}`]),
    ...setting('  ', 'maxMalformedFraction', maxMalformedFraction),
    ...setting('  ', 'minRows', minRows),
    '  columns:',
    ...columns.flatMap((column) => setting('    ', column.name, column)),
    ...setting('  ', 'embeddings', proposal.embeddings),
    '',
    ...setting('', 'split', split),
    ...setting('', 'imbalance', imbalance),
    '',
    'training:',
    '  hyperparameters: { num_round: 300, early_stopping_rounds: 20, eta: 0.1, max_depth: 5, subsample: 0.8, colsample_bytree: 0.8 }',
    '',
    'evaluation:',
    `  task: ${task.value}`,
    '  gates:',
    ...gates.map((gate) => line(`    - ${flow(gate.value)}`, gate)),
    '',
    line('registry: { approval: auto }', { because: 'manual: a person approves every model; see stages below' }),
    line('drift: { schedule: rate(1 day), window: 7d, action: alert }', { because: 'retrain starts a run too' }),
    '',
    'stages: # what differs in a stage; docs/pipelines.md#stages',
    '  prod:',
    '    registry: { approval: manual }',
    '',
  ].join('\n');
}
