import { labelClasses, otherLabelSql } from '#domain/data/label';
import { isBound } from '#domain/data/label-settings';
import type { DataSettings } from '#domain/data/settings';
import { unreachable } from '#domain/unreachable';
import type { ClassAnswer } from '#schemas/records/class-answer';

type LabelSettings = Pick<DataSettings, 'dataset' | 'evaluation'>;

/** The first declared spelling of some values that mean the same class. */
const firstOf = (values: unknown): string => String(Array.isArray(values) ? values[0] : values);

/** The class that counts as 0: a value of the label column, or what it is not. */
function negativeAnswer({ positive, negative }: DataSettings['dataset']['label'], onlyNegative?: string): ClassAnswer {
  if (negative !== undefined) return { label: firstOf(negative) };
  if (onlyNegative !== undefined) return { label: onlyNegative };
  const positives = (Array.isArray(positive) ? positive : [positive ?? 1]) as readonly unknown[];
  const [first, second] = positives;
  if (typeof first === 'boolean' && second === undefined) return { label: String(!first) };
  return { label: null, noneOf: positives.map(String) };
}

/**
 * The answer for each class, in the order of the classes' numbers: the class as the label column spells it. When the pipeline
 * merges several spellings into one class, the answer is the first that it declares; a class of `label.map` has a name of its own. A class that is no single value (numbers
 * above a limit, "all other values") has a null label and says what it is; empty for regression.
 *
 * @param onlyNegative the only value that counted as 0 in the training data, where the pipeline does not name the negative class
 */
export function classAnswers({ dataset, evaluation }: LabelSettings, onlyNegative?: string): ClassAnswer[] {
  const { label } = dataset;
  const { task } = evaluation;
  switch (task) {
    case 'regression':
      return [];
    case 'multiclass':
      return labelClasses({ dataset, evaluation }).map((name) => ({ label: name }));
    case 'binary': {
      const { positive } = label;
      if (label.map !== undefined) return labelClasses({ dataset, evaluation }).map((name) => ({ label: name }));
      if (isBound(positive)) {
        return [
          { label: null, atMost: positive.above },
          { label: null, above: positive.above },
        ];
      }
      return [negativeAnswer(label, onlyNegative), { label: firstOf(positive ?? 1) }];
    }
    default:
      return unreachable(task, 'task');
  }
}

/** Whether the data must show which value is the negative class, because the pipeline names only the positive one. */
export const needsOnlyNegative = (settings: LabelSettings): boolean => otherLabelSql(settings, 'label') !== undefined;
