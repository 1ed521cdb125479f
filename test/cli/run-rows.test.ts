import { describe, expect, it } from 'vitest';
import { describeRows, quarantineUri, summarizeRows } from '#cli/run-rows';
import type { Profile } from '#schemas/records/profile';

const target = { outputs: { RawBucketName: 'raw' } } as unknown as Parameters<typeof describeRows>[0];
const run = { pipeline: 'loan', runId: 'r1' };
const side = (rows: number) => ({
  rows,
  classes: [rows, 0],
  label: { count: 0, mean: 0, m2: 0, min: null, max: null },
});
const profile = (own: Partial<Profile> = {}): Profile => ({
  rows: 1000,
  malformed: { rows: 0, reasons: [] },
  sides: { train: side(700), validation: side(150), test: side(150) },
  columns: {},
  ...own,
});

describe('the rows of a run', () => {
  it('are all used where nothing is wrong', () => {
    expect(describeRows(target, run, profile())).toBe('1,000 rows: 1,000 used, 0 malformed');
    expect(summarizeRows(target, run, profile())).toEqual({
      rows: 1000,
      used: 1000,
      malformed: 0,
      deduplicated: 0,
      inGaps: 0,
    });
  });

  it('are listed by what became of them, with the place of the malformed ones and the files without rows', () => {
    const found = profile({
      rows: 1060,
      malformed: { rows: 12, reasons: [{ column: 'x', reason: 'not a finite number', count: 12 }] },
      deduplicated: 8,
      inGaps: 40,
      blankFiles: [1, 4],
    });
    expect(describeRows(target, run, found)).toBe(
      [
        '1,060 rows: 1,000 used, 12 malformed, 8 left out because others are the same, 40 in the gaps between the sides',
        `the malformed ones are in ${quarantineUri(target, run)}`,
        'without rows: files 2, 5 of the drop',
      ].join('\n'),
    );
    const { used, malformed, deduplicated, inGaps, ...rest } = summarizeRows(target, run, found);
    expect(used + malformed + deduplicated + inGaps).toBe(found.rows);
    expect(rest).toEqual({ rows: 1060, quarantine: quarantineUri(target, run), blankFiles: [1, 4] });
    expect(quarantineUri(target, run)).toMatch(/^s3:\/\/raw\/_tidegate\/loan\/r1\/quarantine/);
  });
});
