/** How values spread over a range (Developer Guide: Define hyperparameter ranges, "Hyperparameter scaling"). */
export type Scaling = 'Linear' | 'Logarithmic' | 'ReverseLogarithmic';

export interface NumericParameter {
  readonly kind: 'integer' | 'continuous';
  readonly name: string;
  /** Both bounds belong to the range. */
  readonly min: number;
  readonly max: number;
  readonly scaling: Scaling;
}
export interface CategoricalParameter {
  readonly kind: 'categorical';
  readonly name: string;
  readonly values: readonly string[];
}
export type Parameter = NumericParameter | CategoricalParameter;

/** What is searched: at least one parameter, no name twice. */
export type Space = readonly Parameter[];

/** One combination: a value for each parameter, as the text that a training job is given. */
export type Values = Readonly<Record<string, string>>;

/** From here on `Auto` takes a range to span orders of magnitude. AWS does not publish its rule. */
const AUTO_LOGARITHMIC_RATIO = 100;

/** What `Auto` means. */
export const autoScaling = (min: number, max: number): Scaling =>
  min > 0 && max / min >= AUTO_LOGARITHMIC_RATIO ? 'Logarithmic' : 'Linear';

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Whole numbers each get an equal share of the linear scale, the outermost included. */
const edges = ({ kind, min, max }: NumericParameter): readonly [number, number] =>
  kind === 'integer' ? [min - 0.5, max + 0.5] : [min, max];

const warp = (scaling: Scaling, x: number): number => {
  if (scaling === 'Logarithmic') return Math.log(x);
  return scaling === 'ReverseLogarithmic' ? -Math.log(1 - x) : x;
};
const unwarp = (scaling: Scaling, y: number): number => {
  if (scaling === 'Logarithmic') return Math.exp(y);
  return scaling === 'ReverseLogarithmic' ? 1 - Math.exp(-y) : y;
};

const numberAt = (parameter: NumericParameter, unit: number): number => {
  const [low, high] = edges(parameter).map((edge) => warp(parameter.scaling, edge)) as [number, number];
  const value = unwarp(parameter.scaling, low + unit * (high - low));
  return clamp(parameter.kind === 'integer' ? Math.round(value) : value, parameter.min, parameter.max);
};

const unitOf = (parameter: NumericParameter, value: number): number => {
  const [low, high] = edges(parameter).map((edge) => warp(parameter.scaling, edge)) as [number, number];
  return high === low ? 0.5 : clamp((warp(parameter.scaling, value) - low) / (high - low), 0, 1);
};

const textAt = (parameter: Parameter, unit: number): string => {
  if (parameter.kind !== 'categorical') return String(numberAt(parameter, unit));
  const last = parameter.values.length - 1;
  return parameter.values[Math.min(last, Math.floor(unit * parameter.values.length))] ?? '';
};

/** @param unit one number in [0, 1] a parameter, in the space's order. */
export const valuesAt = (space: Space, unit: readonly number[]): Values =>
  Object.fromEntries(space.map((parameter, i) => [parameter.name, textAt(parameter, unit[i] ?? 0.5)]));

/** A combination drawn uniformly on the parameters' scales. */
export const drawValues = (space: Space, next: () => number): Values =>
  valuesAt(
    space,
    space.map(() => next()),
  );

/** A number of [0, 1] a parameter that gives these values back. */
export const unitsOf = (space: Space, values: Values): number[] =>
  space.map((parameter) => {
    const text = values[parameter.name] ?? '';
    if (parameter.kind !== 'categorical') return unitOf(parameter, Number(text));
    return (Math.max(0, parameter.values.indexOf(text)) + 0.5) / parameter.values.length;
  });

/**
 * Coordinates in which distance means difference: numbers on their scale, categories each with an axis of its own
 * (1/√2, so that two categories are one apart).
 */
export const encode = (space: Space, values: Values): number[] =>
  space.flatMap((parameter) => {
    const text = values[parameter.name] ?? '';
    if (parameter.kind !== 'categorical') return [unitOf(parameter, Number(text))];
    return parameter.values.map((value) => (value === text ? Math.SQRT1_2 : 0));
  });

/** Whether a combination (of another tuning job) has a value inside the range of every parameter. */
export const contains = (space: Space, values: Values): boolean =>
  space.every((parameter) => {
    const text = values[parameter.name];
    if (text === undefined) return false;
    if (parameter.kind === 'categorical') return parameter.values.includes(text);
    const value = Number(text);
    return value >= parameter.min && value <= parameter.max;
  });

/** One text for equal combinations. */
export const keyOf = (space: Space, values: Values): string =>
  JSON.stringify(space.map(({ name }) => values[name] ?? ''));
