import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TestSession } from '#domain/endpoint-tests/session';
import { changeable, distance, planChanges, requestsOf, splice, vary } from '#domain/endpoint-tests/variants';
import { answer, fakeSession, inputs } from '../../fakes/test-session.ts';

/** A model that answers its inputs, so that a test sees what it was sent. */
const echo = (fields: readonly number[]) => fields.map((field) => (Number.isNaN(field) ? -1 : field));
const base = { body: '100,1,0,1\n200,0,1,0' };

it('changes one column at a time, and leaves the other fields of the row as they are', async () => {
  const session = fakeSession(echo);
  const changes = [
    { column: 'income', values: [1, 2] },
    { column: 'region', values: ['north'] },
  ];
  const varied = await vary(base, changes, inputs, session);

  const rows = [
    [100, 1, 0, 1],
    [200, 0, 1, 0],
  ];
  expect(varied).toEqual([
    {
      change: changes[0],
      values: [1, 2],
      base: rows,
      changed: [
        [
          [1, 1, 0, 1],
          [2, 1, 0, 1],
        ],
        [
          [1, 0, 1, 0],
          [2, 0, 1, 0],
        ],
      ],
    },
    { change: changes[1], values: ['north'], base: rows, changed: [[[100, 1, 1, 0]], [[200, 0, 1, 0]]] },
  ]);
  expect(session.asked).toHaveLength(1);
});

it('starts from raw rows and from golden requests too', async () => {
  const golden = { valuesPerRow: 1, cases: [{ body: '5,,1,0', predictions: [0] }] };
  const session = fakeSession(echo, { readGolden: async () => golden });
  const change = [{ column: 'income', values: [7] }];
  const of = async (request: Parameters<typeof vary>[0]) => await vary(request, change, inputs, session);

  expect(await of({ rows: [{ income: 5, region: 'north' }] })).toMatchObject([{ changed: [[[7, -1, 1, 0]]] }]);
  expect(await of({ s3Uri: 's3://bucket/golden.json' })).toMatchObject([{ changed: [[[7, -1, 1, 0]]] }]);
});

it('takes the values of the training data where none are given, and needs none for a column without a field', async () => {
  const session = fakeSession(echo, { observed: async (column) => (column === 'income' ? [3, 4] : []) });
  const varied = await vary(base, [{ column: 'income' }, { column: 'lost' }], inputs, session);

  expect(varied).toMatchObject([
    { change: { column: 'income' }, values: [3, 4] },
    { change: { column: 'lost' }, values: [], changed: [[], []] },
  ]);
  const declared = [{ column: 'income' }, { column: 'lost' }, { column: 'phone' }];
  expect(await changeable(declared, inputs, session)).toEqual([{ column: 'income' }, { column: 'lost' }]);
});

it('does not change a column that makes an input together with another one', async () => {
  const crossed = { ...inputs, sources: [['income'], ['phone'], ['region', 'income'], ['region']] };
  for (const column of ['income', 'region'])
    await expect(
      vary({ rows: [{ income: 1 }] } as never, [{ column, values: [1] }], crossed, fakeSession(echo)),
    ).rejects.toThrow(`${column} makes an input together with another column, so it cannot be changed alone`);
});

it('knows of no declaration where no run is known that trained the model, and needs one where columns are named', async () => {
  const session = fakeSession(echo, { inputs: async () => undefined });
  expect(await planChanges(undefined, () => [], 'monotone', session)).toEqual({
    passed: true,
    detail: 'no run is known that trained this model, so nothing is declared of it',
  });
  await expect(planChanges([{ column: 'income' }], () => [], 'monotone', session)).rejects.toThrow(
    'no run is known that trained this model, so its columns are not known',
  );
});

it('encodes nothing when nothing changes', async () => {
  const session = fakeSession(echo, { encode: () => Promise.reject(new Error('encoded')) });
  expect(await vary(base, [{ column: 'lost', values: [1] }], inputs, session)).toMatchObject([{ changed: [[], []] }]);
});

it.each([
  [
    base,
    [{ column: 'jane@example.com' }],
    'Column 1 of the test is no model input. The model reads income, phone, region, lost.',
  ],
  [{ body: '1,2,3,4\n1,2' }, [], 'Row 2 of the test has not the 4 model inputs.'],
  [base, [{ column: 'phone' }], 'no values of phone are kept with the model: give the test some'],
])('refuses %j with %j', async (request, changes, message) => {
  await expect(vary(request, changes, inputs, fakeSession(echo))).rejects.toMatchObject({
    name: 'WrongTestError',
    message,
  });
});

it.each([
  [answer('down', 503), 'status 503 instead of 200; it answered "down"'],
  [answer('1,2,3'), '3 numbers for 2 rows; it answered "1,2,3"'],
  [
    answer('<html>'),
    'the answer: value 1 is not a number; is this the answer of a model in text/csv?; it answered "<html>"',
  ],
])('fails on an answer that is none: %j', async (given, detail) => {
  const session = fakeSession(echo, { ask: async () => given });
  expect(await vary(base, [], inputs, session)).toEqual({ passed: false, detail });
});

it('passes on an error that is no matter of the answer', async () => {
  const session = fakeSession(echo, { ask: async () => ({ ...answer(''), body: undefined as never }) });
  await expect(vary(base, [], inputs, session)).rejects.toThrow(TypeError);
});

it('changes 50 rows at most', async () => {
  const session: TestSession = fakeSession(echo);
  const body = Array.from({ length: 60 }, () => '1,1,0,0').join('\n');
  const [one] = (await vary({ body }, [{ column: 'income', values: [2] }], inputs, session)) as never as [
    { changed: unknown[] },
  ];
  expect(one.changed).toHaveLength(50);
});

it('groups lines into requests that fit, each line once and in order', () => {
  const lines = fc.array(fc.string({ minLength: 1, maxLength: 30, unit: fc.constantFrom('1', ',') }), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(lines, fc.integer({ min: 2, max: 60 }), (all, most) => {
      const groups = requestsOf(all, most);
      expect(groups.flat()).toEqual(all);
      for (const group of groups) {
        expect(group.length === 1 || group.join('\n').length + 1 <= most).toBe(true);
      }
    }),
  );
});

it('splices the fields of a column and no other', () => {
  const fields = fc.array(fc.constantFrom('', '1', '-2.5', 'nan'), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(fields, fields, fc.subarray([0, 1, 2, 3]), (own, other, at) => {
      const spliced = splice(own.join(','), other.join(','), at, ',').split(',');
      expect(spliced).toEqual(own.map((field, i) => (at.includes(i) ? other[i] : field)));
    }),
  );
});

it('measures small numbers absolutely and large ones relatively', () => {
  expect(distance(0.1, 0.3)).toBeCloseTo(0.2);
  expect(distance(101, 100)).toBeCloseTo(0.01);
  expect(distance(3, -2)).toBe(2.5);
});
