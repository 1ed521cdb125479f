import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { readEntries, renderEntries } from '#cli/commands/approvals';
import { refusalCodes } from '#schemas/records/approval';

const entry = { at: '2026-01-31T10:00:00.000Z', action: 'approve', version: 3, via: 'slack', by: 'slack:U0ALICE' };

it('lists the newest requests first, with who and what came of them', () => {
  const entries = readEntries(
    [
      { ...entry, at: '2026-01-29T10:00:00.000Z', outcome: 'decided', pk: 'loan', sk: 'x' },
      { ...entry, outcome: 'counted' },
      { at: '2026-01-30T10:00:00.000Z', action: 'roll-back', via: 'command', outcome: 'refused', why: 'pointless' },
    ],
    2,
  );
  const shown = stripVTControlCharacters(renderEntries(entries))
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/));

  expect(shown).toEqual([
    ['WHEN', 'ASKED', 'MODEL', 'BY', 'VIA', 'OUTCOME'],
    ['2026-01-31 10:00:00', 'approve', 'v3', 'U0ALICE (Slack)', 'slack', 'counted, another must approve'],
    ['2026-01-30 10:00:00', 'roll back', '-', '-', 'command', 'refused: would have changed nothing'],
  ]);
});

it('says in words why something was refused', () => {
  for (const why of refusalCodes) {
    const shown = renderEntries(readEntries([{ ...entry, outcome: 'refused', why }], 1));
    expect(stripVTControlCharacters(shown)).toMatch(/refused: \w+ /);
  }
});
