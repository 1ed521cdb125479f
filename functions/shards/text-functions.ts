import { featureColumns } from '#domain/data/columns';
import { createScanner } from '#domain/detectors/find-spans';
import { redactText } from '#domain/detectors/redact';
import { redact, redactFunction } from '#domain/privacy/redact';
import type { TextFunction } from '#functions/shards/duckdb';
import type { Pipeline } from '#schemas/pipeline';

/** Functions over texts, and what tells them from those of other pipelines. */
export interface OnlineTextFunctions {
  readonly key: string;
  readonly functions: Readonly<Record<string, TextFunction>>;
}

/** The functions over texts that the rows of a request need; undefined when no model input does. */
export function onlineTextFunctionsOf(
  pipeline: Pick<Pipeline, 'dataset' | 'personalData'>,
): OnlineTextFunctions | undefined {
  const isUsed = featureColumns(pipeline).some(({ spec }) => 'action' in spec && spec.action === redact.name);
  if (!isUsed) return undefined;
  return { key: JSON.stringify(pipeline.personalData), functions: textFunctionsOf(pipeline) };
}

/** The functions over texts that a pipeline's cleaning calls. */
export function textFunctionsOf({
  dataset,
  personalData,
}: Pick<Pipeline, 'dataset' | 'personalData'>): Readonly<Record<string, TextFunction>> {
  const isUsed = Object.values(dataset.columns).some((spec) => 'action' in spec && spec.action === redact.name);
  if (!isUsed) return {};
  const scanner = createScanner(personalData);
  return { [redactFunction]: { change: (text) => redactText(text, scanner), needs: scanner.needs } };
}
