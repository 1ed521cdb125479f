import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanView } from '#domain/drift/clean-columns';
import { LANGUAGES } from '#domain/drift/text/languages';
import { textViews } from '#domain/drift/text/views';
import { type OpenEngine, openEngine } from '#functions/shards/duckdb';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../../fakes/data-run.ts';

let engine: OpenEngine;
beforeAll(async () => {
  engine = await openEngine({ memoryMb: 256 });
});
afterAll(() => engine.close());

const views = textViews('note');

/** What one view reads of some texts. */
async function read(what: 'language' | 'words' | 'redactions', texts: readonly (string | null)[]): Promise<unknown[]> {
  const view = views.find(({ column }) => column === `note (${what})`);
  if (!view) throw new Error(`no view of ${what}`);
  const rows = texts.map((value, i) => `(${i}, ${value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`})`);
  const found = await engine.query(
    'read a view',
    `SELECT ${view.sql} AS value FROM (VALUES ${rows.join(', ')}) AS t(i, note) ORDER BY i`,
  );
  return found.map(({ value }) => value);
}

describe('the language of a text', () => {
  it.each([
    ['English', 'The customer was not happy with the delivery and you have to call.'],
    ['German', 'Der Kunde war nicht zufrieden und wir haben mit ihm über die Lieferung gesprochen.'],
    ['French', 'Le client n’est pas content de la livraison et nous avons des questions pour vous.'],
    ['Spanish', 'El cliente no está contento con la entrega, pero los pedidos llegan muy tarde.'],
    ['Italian', 'Il cliente non è contento della consegna, ma anche questo ordine è in ritardo.'],
    ['Portuguese', 'O cliente não está feliz com a entrega, mas isso também foi muito tarde.'],
    ['Dutch', 'De klant is niet tevreden met het pakket en wij hebben een brief van hem.'],
    ['Polish', 'Klient nie jest zadowolony, ale tak już było i czy to się zmieni?'],
    ['Japanese', 'お客様は配達に満足していません。'],
    ['Korean', '고객이 배송에 만족하지 않습니다.'],
    ['Chinese', '客户对送货不满意。'],
    ['Cyrillic', 'Клиент недоволен доставкой.'],
    ['Greek', 'Ο πελάτης δεν είναι ευχαριστημένος.'],
    ['Arabic', 'العميل غير راض عن التسليم.'],
    ['Hebrew', 'הלקוח אינו מרוצה מהמשלוח.'],
    ['Devanagari', 'ग्राहक डिलीवरी से खुश नहीं है।'],
    ['Thai', 'ลูกค้าไม่พอใจกับการจัดส่ง'],
    ['Latin script', 'ok, call back tomorrow'],
    ['Latin script', 'Ωmega and Σigma are names of products here'.replaceAll(/and|are|of/g, 'xx')],
    ['no letters', '12:30 - 99 %'],
    ['no letters', '[email] [phone]'],
    ['no letters', ''],
  ])('is %s: %s', async (language, note) => {
    expect(await read('language', [note])).toEqual([language]);
    expect(LANGUAGES).toContain(language);
  });
});

describe('the words of a text', () => {
  it('are groups, of which one word follows from the text', async () => {
    const [first, again, capital, other] = await read('words', ['delivery', 'delivery', 'DELIVERY', 'refund']);
    expect(first).toMatch(/^group ([1-9]|[12]\d|3[0-2])$/);
    expect([again, capital]).toEqual([first, first]);
    expect(other).not.toBe(first);
  });

  it('are spread over all groups, and are in a listed one', async () => {
    const texts = Array.from(
      { length: 600 },
      (_, i) => `${String.fromCharCode(97 + (i % 26)).repeat(1 + (i % 23))} word`,
    );
    const found = new Set(await read('words', texts));
    const listed = views.find(({ column }) => column === 'note (words)')?.bins;
    expect(found.size).toBeGreaterThan(28);
    for (const group of found) expect(listed).toContain(group);
  });

  it('are none in a text of marks and digits', async () => {
    expect(await read('words', ['[email] 0151', '', '…'])).toEqual(['no words', 'no words', 'no words']);
  });
});

describe('what was redacted in a text', () => {
  it('is one kind, several, or none', async () => {
    expect(
      await read('redactions', [
        'write to [email]',
        '[email] or [email]',
        '[email] or [phone]',
        'call me',
        'a [order-id] of us',
      ]),
    ).toEqual(['email', 'email', 'several kinds', 'none', 'order-id']);
  });
});

describe('texts', () => {
  it('that are missing are missing everywhere', async () => {
    for (const what of ['language', 'words', 'redactions'] as const) expect(await read(what, [null])).toEqual([null]);
  });

  it('are not watched under a name that a column of the pipeline has', () => {
    const columns = { note: { role: 'text', action: 'redact' }, 'note (words)': { role: 'slice' } };
    const { watched } = cleanView(
      pipelineSchema.parse(smallPipeline({ columns: { x: { role: 'feature', type: 'number' }, ...columns } })),
    );
    expect(watched.filter(({ column }) => column === 'note (words)')).toHaveLength(1);
    expect(watched.map(({ column }) => column)).toContain('note (language)');
  });
});
