import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dropName, fileName, fileNames, isHiddenDrop, objectId } from '#domain/runs/drop-name';

describe('the name of a drop', () => {
  it.each([
    '2026',
    '2026-01',
    '2026-01-31',
    '20260131',
    '2026-01-31T10-15-00',
    '2026-01-31T10-15-00-4f2a',
    '2026-01-31T10:15:00Z',
    '2026-01-31_1015',
    '2026-01-31T10-15-00-0a9f',
  ])('is its folder when that is a time: %s', (folder) => {
    expect(dropName('loan', `loan/${folder}/`)).toBe(`loan/${folder}/`);
    expect(dropName('loan', `loan/2026/${folder}`)).toBe(`loan/2026/${folder}/`);
    expect(isHiddenDrop(`loan/${folder}/`)).toBe(false);
  });

  it.each([
    'jane.doe@example.com',
    'first',
    '1985-03-12',
    '2026-13-01',
    '4915112345678',
    'customer=4711',
    '2026-01-31-jane',
    '2026-01-31T10-15-00-jane',
    '2026-01-31/jane',
    'drop-12',
  ])('hides a folder that is anything else: %s', (folder) => {
    const name = dropName('loan', `loan/${folder}/`);
    expect(name).toMatch(/^loan\/drop-[0-9a-f]{12}\/$/);
    expect(isHiddenDrop(name)).toBe(true);
    // a name stays what it is
    expect(dropName('loan', name)).toBe(name);
  });

  it("is the pipeline's own folder for a table that lies there", () => {
    expect(dropName('sales', 'sales/')).toBe('sales/');
  });

  it('never has a word of a folder, and is the same for the same folder', () => {
    const folder = fc.array(fc.stringMatching(/^[A-Za-z@. -]{3,20}$/), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(folder, (parts) => {
        const name = dropName('p', `p/${parts.join('/')}/`);
        expect(name).toMatch(/^p\/drop-[0-9a-f]{12}\/$/);
        expect(dropName('p', `p/${parts.join('/')}/`)).toBe(name);
      }),
    );
  });
});

describe('the name of a file', () => {
  it('is its position', () => {
    expect([fileName(0), fileNames([1]), fileNames([0, 2])]).toEqual([
      'file 1 of the drop',
      'file 2 of the drop',
      'files 1, 3 of the drop',
    ]);
    expect(fileNames([0, 1, 2, 3, 4, 5])).toBe('files 1, 2, 3, 4, 5 and 1 more of the drop');
  });

  it('has an id that is the same for the same key alone', () => {
    expect(objectId('loan/a.csv')).toMatch(/^[0-9a-f]{16}$/);
    expect(objectId('loan/a.csv')).not.toBe(objectId('loan/b.csv'));
  });
});
