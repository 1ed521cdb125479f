import type { NumericRange, ParameterRanges } from '#src/sagemaker/tuning/request';
import {
  autoScaling,
  type CategoricalParameter,
  type NumericParameter,
  type Scaling,
  type Space,
} from '#src/sagemaker/tuning/search/space';

/** What is wrong with the ranges or definitions of a request; the message is for the caller. */
export class ParameterError extends Error {
  override readonly name = 'ParameterError';
}

/** Resource limits for automatic model tuning (developer guide): no account may have more. */
const MOST_PARAMETERS = 30;

/** @throws ParameterError where AWS refuses the ranges. */
export const readSpace = (ranges: ParameterRanges | undefined): Space => {
  if ((ranges?.AutoParameters?.length ?? 0) > 0) {
    throw new ParameterError(
      'AutoParameters are not supported by the embedded cloud: give a range for each parameter.',
    );
  }
  const space = [
    ...(ranges?.IntegerParameterRanges ?? []).map((range) => readNumeric('integer', range)),
    ...(ranges?.ContinuousParameterRanges ?? []).map((range) => readNumeric('continuous', range)),
    ...(ranges?.CategoricalParameterRanges ?? []).map(
      ({ Name, Values }): CategoricalParameter => ({ kind: 'categorical', name: Name, values: distinct(Name, Values) }),
    ),
  ];
  if (space.length === 0) throw new ParameterError('Provide a range for at least one hyperparameter.');
  if (space.length > MOST_PARAMETERS) {
    throw new ParameterError(`A tuning job searches at most ${MOST_PARAMETERS} hyperparameters, not ${space.length}.`);
  }
  const names = space.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new ParameterError(`The hyperparameter ${twice} has more than one range.`);
  return space;
};

const distinct = (name: string, values: readonly string[]): readonly string[] => {
  if (new Set(values).size < values.length)
    throw new ParameterError(`The values of the hyperparameter ${name} must differ.`);
  return values;
};

const readNumeric = (kind: NumericParameter['kind'], range: NumericRange): NumericParameter => {
  const [min, max] = [range.MinValue, range.MaxValue].map((text) => readNumber(kind, range.Name, text)) as [
    number,
    number,
  ];
  if (min >= max) {
    throw new ParameterError(`The hyperparameter ${range.Name}: MinValue ${min} must be less than MaxValue ${max}.`);
  }
  return { kind, name: range.Name, min, max, scaling: readScaling(kind, range, min, max) };
};

const readNumber = (kind: NumericParameter['kind'], name: string, text: string): number => {
  const value = Number(text);
  const valid = text.trim() !== '' && (kind === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value));
  if (valid) return value;
  throw new ParameterError(
    `The hyperparameter ${name}: '${text}' is not ${kind === 'integer' ? 'an integer' : 'a number'}.`,
  );
};

/** Where each scale works (Developer Guide: Define hyperparameter ranges). */
const readScaling = (kind: NumericParameter['kind'], range: NumericRange, min: number, max: number): Scaling => {
  const scaling = range.ScalingType ?? 'Auto';
  if (scaling === 'Auto') return autoScaling(min, max);
  if (scaling === 'Logarithmic' && min <= 0) {
    throw new ParameterError(`The hyperparameter ${range.Name}: logarithmic scaling needs a range above 0.`);
  }
  if (scaling === 'ReverseLogarithmic' && (kind === 'integer' || min < 0 || max >= 1)) {
    throw new ParameterError(
      `The hyperparameter ${range.Name}: reverse logarithmic scaling needs a continuous range within 0 <= x < 1.0.`,
    );
  }
  return scaling;
};
