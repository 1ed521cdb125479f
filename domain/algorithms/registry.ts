import { findKind } from '#domain/find-kind';
import type { Algorithm } from './algorithm.ts';
import { xgboost } from './xgboost/xgboost.ts';

/** A list of algorithms. The first is the default. */
export type Algorithms = readonly [Algorithm, ...Algorithm[]];

/** Every training algorithm. */
export const ALGORITHMS: Algorithms = [xgboost];

/** The algorithm that a pipeline's `training` names. @throws TypeError when no algorithm has the name */
export const algorithmOf = (
  { training }: { readonly training: { readonly algorithm: string } },
  algorithms: Algorithms = ALGORITHMS,
): Algorithm => findKind(algorithms, training.algorithm, 'training algorithm');

/** The closest known hyperparameter to an unknown name. */
export const aliasOf = (name: string, algorithms: Algorithms = ALGORITHMS): string | undefined =>
  algorithms.find(({ aliases }) => Object.hasOwn(aliases, name))?.aliases[name];
