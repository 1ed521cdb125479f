import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAst } from 'vitest/node';
import { findMutants, mutate } from '../../../scripts/mutants/find-mutants.ts';
import { sample } from '../../../scripts/mutants/probe.ts';

/** The changes of a source, as `before → after`. */
const changes = (source: string) => findMutants('a.ts', source).map(({ before, after }) => `${before} → ${after}`);

describe('the mutants of a source', () => {
  it.each([
    ['const a = b < c;', ['< → <=', '< → >']],
    ['const a = b === c;', ['=== → !==']],
    ['const a = b + c;', ['+ → -']],
    ['const a = b && c || d;', ['|| → &&', '&& → ||']],
    ['const a = b ?? c;', ['?? → &&']],
    ['const a = [true, 0, 1, 7];', ['true → false', '0 → 1', '1 → 2', '7 → (7 + 1)']],
    ['const a = !b;', ['!b → b']],
    ['const a = b ? c : d;', ['b → !(b)']],
    ['a += 1;', ['a += 1; → ;', '+= → -=', '1 → 2']],
    ['a++;', ['a++; → ;', 'a++ → a--']],
    ['if (a) b();', ['a → !(a)', 'if (a) b(); → ;', 'b(); → ;']],
    ['if (a) { throw b; } else { throw c; }', ['a → !(a)', 'throw b; → ;', 'throw c; → ;']],
    ['const a = b.some(c);', ['some → every']],
    ['const a = b.filter(c);', ['b.filter(c) → b']],
    ['const a = Math.abs(b);', ['Math.abs(b) → b']],
    ['const a = "SELECT x FROM b WHERE c AND y < 1";', [' AND  →  OR ', ' <  →  <= ']],
  ])('%s', (source, expected) => {
    expect(changes(source)).toEqual(expected);
  });

  it.each([
    "import { a } from 'b < c';",
    'type A = 1 | true;',
    'interface A { readonly b: 0 }',
    'const a: 1 | 2 = b as 3;',
    "const a = 'x < y and z' + b;",
    '// a < b\nexport { a };',
  ])('are none in types, imports, wording and comments: %s', (source) => {
    expect(changes(source)).toEqual([]);
  });

  it('stand on the line of the change, after texts of any script', () => {
    const source = "const name = '漢😀';\n\nconst a = b > c;";
    const [first] = findMutants('a.ts', source);
    expect(first).toMatchObject({ file: 'a.ts', line: 3, before: '>', after: '>=' });
    expect(first && mutate(source, first)).toBe("const name = '漢😀';\n\nconst a = b >= c;");
  });

  it('of real files each differ from the file in one place and can be parsed', () => {
    for (const file of ['domain/data/header.ts', 'domain/data/profile.ts', 'domain/evaluation/curves.ts']) {
      const source = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
      const mutants = findMutants(file, source);
      expect(mutants.length).toBeGreaterThan(10);
      for (const mutant of mutants) {
        const changed = mutate(source, mutant);
        expect(changed).not.toBe(source);
        expect(() => parseAst(changed, { lang: 'ts' }), `${mutant.line}: ${mutant.after}`).not.toThrow();
      }
    }
  });
});

describe('a sample of mutants', () => {
  const mutants = findMutants('a.ts', 'const a = [1, 2, 3, 4, 5, 6, 7, 8, 9];');
  it('follows from the seed and holds none twice', () => {
    expect(sample(mutants, 5, 7)).toEqual(sample(mutants, 5, 7));
    expect(sample(mutants, 5, 7)).not.toEqual(sample(mutants, 5, 8));
    expect(new Set(sample(mutants, 5, 7)).size).toBe(5);
  });
  it('is all of them when they are fewer', () => {
    expect(new Set(sample(mutants, 50, 7))).toEqual(new Set(mutants));
  });
});
