import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePipeline } from '#schemas/load-pipeline';
import { addConstraints, constraintsSection, newSuggestions } from '../../cli/constraints-file.ts';

const suggested = [
  { constraint: { check: 'missing', column: 'income', max: 0.05 }, because: '4 % missing' },
  { constraint: { check: 'rows', vsLast: { atLeast: 0.5, atMost: 2 } }, because: '1,000 rows here' },
];
const added = `- { check: missing, column: income, max: 0.05 } # 4 % missing
- { check: rows, vsLast: { atLeast: 0.5, atMost: 2 } } # 1,000 rows here
`;
const indented = (by: string) => added.replaceAll(/^(?=-)/gm, by);
const file = readFileSync('pipelines/loan-default.yml', 'utf8').replace(/\nconstraints:.*\n( +- .*\n)+/, '\n');

describe('suggested constraints in a pipeline file', () => {
  it('are a section to paste', () => {
    expect(constraintsSection(suggested)).toBe(`constraints:\n${indented('  ')}`);
  });

  it('are quoted where YAML would read them otherwise', () => {
    const constraint = {
      check: 'values',
      column: 'home',
      allowed: ['1', 'yes', 'null', 'a, b', "it's", '', '#x', 'a: b'],
    };
    const text = `${file}\n${constraintsSection([{ constraint, because: 'seen' }])}`;
    expect(parsePipeline(text, 'loan-default.yml').constraints[0]).toMatchObject(constraint);
  });

  it('are a new section at the end of a file without one; all else stays byte for byte', () => {
    const text = addConstraints(file, suggested);
    expect(text).toBe(`${file.trimEnd()}\n\nconstraints:\n${indented('  ')}`);
    expect(parsePipeline(text, 'loan-default.yml').constraints).toHaveLength(2);
  });

  it.each([
    ['at the end of the file', 'a: 1\nconstraints:\n  - { check: freshness, maxAge: 3d } # keep\n', '', '  '],
    [
      'before another section',
      'constraints:\n    - { check: freshness, maxAge: 3d } # keep\n',
      '# about b\nb: [1, 2]   # two\n',
      '    ',
    ],
    ['written as block mappings', 'constraints:\n  - check: freshness\n    maxAge: 3d # keep\n', '\nb: 2\n', '  '],
    ['not indented', 'constraints:\n- check: freshness\n  maxAge: 3d\n', 'b: 2\n', ''],
  ])('come after those of a list %s', (_, before, after, indent) => {
    expect(addConstraints(before + after, suggested)).toBe(`${before}${indented(indent)}${after}`);
  });

  it('come after a last line without a line break', () => {
    const before = 'constraints:\n  - { check: freshness, maxAge: 3d }';
    expect(addConstraints(before, suggested)).toBe(`${before}\n${indented('  ')}`);
  });

  it('turn a list in brackets into lines', () => {
    const text = addConstraints('constraints: [{ check: freshness, maxAge: 3d }]\nb: 2 # two\n', suggested);
    expect(text).toBe(`constraints:\n  - { check: freshness, maxAge: 3d }\n${indented('  ')}b: 2 # two\n`);
    expect(addConstraints('constraints: []\n', suggested)).toBe(`constraints:\n${indented('  ')}`);
    expect(() => addConstraints('constraints: [ # why\n { check: freshness, maxAge: 3d }]\n', suggested)).toThrow(
      'in brackets',
    );
  });

  it('fill a section that is empty, and refuse one that is no list', () => {
    expect(addConstraints('constraints:\nb: 2\n', suggested)).toBe(`constraints:\n${indented('  ')}b: 2\n`);
    expect(() => addConstraints('constraints: 5\n', suggested)).toThrow('not a list');
    expect(() => addConstraints('constraints: { check: rows }\n', suggested)).toThrow('not a list');
  });

  it('leave the file as it is when there are none', () => expect(addConstraints(file, [])).toBe(file));

  it('are new where no constraint is about the same', () => {
    const present = [
      { check: 'missing', column: 'income', max: 0.5 },
      { check: 'rows', min: 5 },
    ];
    expect(newSuggestions(suggested, present)).toEqual(suggested.slice(1));
    expect(newSuggestions(suggested, [{ check: 'missing', column: 'age', max: 1 }])).toEqual(suggested);
    expect(newSuggestions(suggested, [{ check: 'rows', vsLast: { atMost: 3 } }])).toEqual(suggested.slice(0, 1));
  });
});
