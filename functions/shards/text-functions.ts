import { createScanner } from '#domain/detectors/find-spans';
import { redactText } from '#domain/detectors/redact';
import { redact, redactFunction } from '#domain/privacy/redact';
import type { Pipeline } from '#schemas/pipeline';

/** The functions over texts that a pipeline's cleaning calls. */
export function textFunctionsOf({
  dataset,
  personalData,
}: Pick<Pipeline, 'dataset' | 'personalData'>): Readonly<Record<string, (text: string) => string>> {
  const isUsed = Object.values(dataset.columns).some((spec) => 'action' in spec && spec.action === redact.name);
  if (!isUsed) return {};
  const scanner = createScanner(personalData);
  return { [redactFunction]: (text) => redactText(text, scanner) };
}
