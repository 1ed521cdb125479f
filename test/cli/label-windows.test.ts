import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { labelsTable, severityText } from '#cli/label-windows';
import { aLabelWindow, unjudged } from '../domain/outcomes/a-label-window.ts';

const nameOf = (_: string, { name, group }: { name: string; group?: object | undefined }) =>
  group ? `sex = F: ${name}` : name;
const linesOf = (...given: Parameters<typeof labelsTable>) =>
  stripVTControlCharacters(labelsTable(...given))
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/));

describe('what labels say', () => {
  it('is a line for each finding with its measures, and one for the estimate beside the truth', () => {
    expect(linesOf([aLabelWindow()], nameOf)).toEqual([
      ['PREDICTIONS', 'MODEL', 'LABELS', 'CHECK', 'FINDING'],
      [
        '2026-01-01 to 2026-01-08',
        'version 2',
        '300',
        'performance',
        'critical: auc is 0.7, and it was 0.8 on the holdout',
      ],
      ['auc 0.7 (0.66 to 0.74), holdout 0.8'],
      ['2026-01-01 to 2026-01-08', 'version 2', '300', 'calibration', 'warning: the scores mean something else'],
      ['calibration error by chance 0.02'],
      ['2026-01-01 to 2026-01-08', 'version 2', '300', 'slices', 'note: 1 of 2 slices got worse'],
      ['sex = F: auc 0.6 (0.5 to 0.7), holdout 0.8'],
      ['2026-01-01 to 2026-01-08', 'version 2', '300', 'relation', 'not measured: no inputs'],
      [
        '2026-01-01 to 2026-01-08',
        'version 2',
        '300',
        'estimate',
        'the check of 2026-01-08T00:00Z estimated auc 0.8 (0.75 to 0.85); 300 labels of its window show 0.7 (0.66 to 0.74), outside of the interval',
      ],
    ]);
  });

  it('says why a model is not judged', () => {
    const [, line] = linesOf([aLabelWindow({ models: [unjudged] })], nameOf);
    expect(line).toEqual(['2026-01-01 to 2026-01-08', 'version 2', '3', 'not judged: 3 rows so far']);
  });

  it('has no mark where nothing was found', () => {
    expect(severityText('none', 'as before')).toBe('as before');
  });
});
