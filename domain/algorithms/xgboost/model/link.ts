import { ModelFileError } from '#domain/trees/model-file-error';
import type { Link } from '#domain/trees/tree-model';

/** How sums become scores, by objective (XGBoost documentation, "Learning Task Parameters"; dmlc/xgboost, `src/objective`). */
const links: Readonly<Record<string, Link>> = {
  'binary:logistic': 'logistic',
  'binary:logitraw': 'identity',
  'count:poisson': 'log',
  'multi:softmax': 'softmax',
  'multi:softprob': 'softmax',
  'rank:map': 'identity',
  'rank:ndcg': 'identity',
  'rank:pairwise': 'identity',
  'reg:absoluteerror': 'identity',
  'reg:gamma': 'log',
  'reg:linear': 'identity',
  'reg:logistic': 'logistic',
  'reg:pseudohubererror': 'identity',
  'reg:squarederror': 'identity',
  'reg:squaredlogerror': 'identity',
  'reg:tweedie': 'log',
};

/** @throws ModelFileError for an objective whose scores are no such function of a sum */
export function linkOf(objective: string): Link {
  const link = links[objective];
  if (link === undefined) throw new ModelFileError('its objective has no scores that contributions add up to');
  return link;
}

const logit = (share: number): number => Math.log(share / (1 - share));

/** The sum before the first tree: files hold it as a score (dmlc/xgboost, `ObjFunction::ProbToMargin`). */
export function baseMargin(objective: string, baseScore: number): number {
  switch (linkOf(objective)) {
    case 'logistic':
      return logit(baseScore);
    case 'log':
      return Math.log(baseScore);
    default:
      return baseScore;
  }
}
