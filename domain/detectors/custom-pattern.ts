import { RE2JS } from 're2js';
import { PipelineConfigError } from '#domain/errors';
import type { Detector } from './detector.ts';

/** A pattern of the pipeline's file. */
export interface CustomPattern {
  readonly name: string;
  /** In the syntax of RE2. */
  readonly regex: string;
}

/** A detector of the pipeline's own. RE2 takes time that is linear in the text, whatever the pattern. */
export interface CompiledPattern extends Detector {
  /** The spans in a text, as `[start, end)`. */
  spans(text: string): readonly (readonly [number, number])[];
}

function compile({ name, regex }: CustomPattern): RE2JS {
  try {
    return RE2JS.compile(regex);
  } catch (error) {
    throw new PipelineConfigError(
      `personalData.patterns: the regex of "${name}" is none of RE2. Write it in the syntax of https://github.com/google/re2/wiki/Syntax.`,
      { cause: error },
    );
  }
}

/** @throws PipelineConfigError when the pattern is none of RE2 */
export function compilePattern({ name, regex }: CustomPattern): CompiledPattern {
  const compiled = compile({ name, regex });
  const spans = (text: string) => {
    const found: [number, number][] = [];
    const matcher = compiled.matcher(text);
    while (matcher.find()) if (matcher.end() > matcher.start()) found.push([matcher.start(), matcher.end()]);
    return found;
  };
  return {
    name,
    plural: `values like "${name}"`,
    summary: 'A pattern of the pipeline file.',
    source: 'https://github.com/google/re2/wiki/Syntax',
    evidence: { share: 0.01 },
    example: '',
    masked: () => '***',
    spans,
  };
}
