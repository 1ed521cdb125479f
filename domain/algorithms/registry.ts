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

/**
 * The hyperparameter that was meant by a name under which others know it.
 *
 * @param algorithm as the pipeline names it; the first one where it names none
 */
export function aliasOf(name: string, algorithm: unknown, algorithms: Algorithms = ALGORITHMS): string | undefined {
  const own = algorithm === undefined ? algorithms[0] : algorithms.find((known) => known.name === algorithm);
  return own && Object.hasOwn(own.aliases, name) ? own.aliases[name] : undefined;
}
