import type { Strategy } from '#src/sagemaker/tuning/search/search';
import type { CategoricalParameter, Space } from '#src/sagemaker/tuning/search/space';

const categorical = (space: Space): readonly CategoricalParameter[] =>
  space.map((parameter) => {
    if (parameter.kind !== 'categorical')
      throw new RangeError(`${parameter.name} is not categorical: a grid has no end`);
    return parameter;
  });

/** How many combinations a grid has. @throws RangeError when a parameter is not categorical */
export const gridSize = (space: Space): number =>
  categorical(space).reduce((product, { values }) => product * new Set(values).size, 1);

/** Grid search: every combination once, the last parameter changing fastest. @throws RangeError as `gridSize` */
export const proposeFromGrid: Strategy = ({ space, index }) => {
  if (index >= gridSize(space)) return undefined;
  let rest = index;
  const chosen = categorical(space)
    .toReversed()
    .map(({ name, values }) => {
      const distinct = [...new Set(values)];
      const at = rest % distinct.length;
      rest = Math.floor(rest / distinct.length);
      return [name, distinct[at] ?? ''] as const;
    });
  return Object.fromEntries(chosen.toReversed());
};
