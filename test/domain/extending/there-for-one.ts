import type { LeakageCheck } from '#domain/leakage/leakage-check';

/** How much more often a value must be there for one class than for another. */
const apart = 0.9;

export const thereForOne = {
  name: 'there-for-one',
  summary: 'A column that has values for one class, and hardly any for another.',
  find({ columns, labels, regression }) {
    if (regression) return [];
    const classes = [...new Set(labels)];
    return columns.flatMap(({ name, values }) => {
      const shares = classes.map((own) => {
        const ofClass = values.filter((_, row) => labels[row] === own);
        return ofClass.filter((value) => value !== null).length / ofClass.length;
      });
      if (Math.max(...shares) - Math.min(...shares) < apart) return [];
      return [{ column: name, reason: 'it is there for one class and missing for another' }];
    });
  },
} as const satisfies LeakageCheck;
