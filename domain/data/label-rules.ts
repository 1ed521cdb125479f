import { isBound, type LabelSettings, listed, mappedClasses, type Scalar } from '#domain/data/label-settings';
import type { Issue } from '#domain/issue';
import { unreachable } from '#domain/unreachable';
import { canonicalOf } from '#domain/values/canonical';
import type { Task } from '#schemas/records/task';

const path = (...setting: string[]): string[] => ['dataset', 'label', ...setting];

/** A value as labels are compared: `1`, `1.0` and `"1"` are one. */
const compared = (value: Scalar): string => canonicalOf(String(value));

/** Rules of `label.map`, with the number of classes that the task needs. */
function checkMap(label: LabelSettings, task: 'binary' | 'multiclass', issue: Issue): void {
  const classes = mappedClasses(label);
  const names = classes.map(([name]) => name);
  for (const setting of ['negative', 'classes'] as const) {
    if (label[setting] !== undefined) issue(path(setting), 'has no effect beside label.map, which names the classes');
  }
  if (task === 'binary' ? names.length !== 2 : names.length < 3)
    issue(
      path('map'),
      task === 'binary' ? 'a binary task has two classes' : 'a multiclass task has three classes or more',
    );
  if (task === 'binary' && (typeof label.positive !== 'string' || !names.includes(label.positive)))
    issue(path('positive'), `with label.map, it names a class: ${names.join(' or ')}`);
  const owner = new Map<string, string>();
  for (const [name, values] of classes) {
    if (['malformed', 'leaveOut'].includes(name)) issue(path('map', name), 'reserved for label.others');
    for (const value of values) {
      const other = owner.get(compared(value));
      if (other !== undefined)
        issue(path('map', name), other === name ? 'a value occurs twice' : `a value is in "${other}" too`);
      owner.set(compared(value), name);
    }
  }
  const { others } = label;
  if (others !== undefined && !['malformed', 'leaveOut', ...names].includes(others))
    issue(path('others'), `malformed, leaveOut, or a class: ${names.join(', ')}`);
}

/** Checks that the settings of the label are those of the task. */
export function checkLabel(label: LabelSettings, task: Task, issue: Issue): void {
  const { map, positive, negative, classes, others } = label;
  if (task !== 'binary' && positive !== undefined) issue(path('positive'), 'only a binary task has label.positive');
  if (map === undefined && others !== undefined) issue(path('others'), 'has no effect without label.map');
  if (negative !== undefined && map === undefined && (task !== 'binary' || isBound(positive)))
    issue(path('negative'), 'label.negative goes with a binary task and a label.positive that lists values');
  switch (task) {
    case 'binary':
      if (map !== undefined) {
        checkMap(label, task, issue);
        return;
      }
      if (positive === undefined) issue(path('positive'), 'a binary task needs label.positive');
      if (negative !== undefined && positive !== undefined && !isBound(positive)) {
        const positives = listed(positive).map(compared);
        if (listed(negative).some((value) => positives.includes(compared(value))))
          issue(path('negative'), 'a value is in label.positive too');
      }
      return;
    case 'multiclass':
      if (map !== undefined) {
        checkMap(label, task, issue);
        return;
      }
      if (classes === undefined) issue(path('classes'), 'a multiclass task needs label.classes');
      return;
    case 'regression':
      if (map !== undefined) issue(path('map'), 'a regression task has no classes');
      return;
    default:
      unreachable(task, 'task');
  }
}
