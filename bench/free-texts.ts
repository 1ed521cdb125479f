import { redactFunction } from '#domain/privacy/redact';
import { createRandom } from '#domain/random';
import { openEngine } from '#functions/shards/duckdb';
import { textFunctionsOf } from '#functions/shards/text-functions';
import { parsePipeline } from '#schemas/load-pipeline';

const words = (
  'the customer called about a payment plan and asked for more time because of medical costs wants to refinance loan house car ' +
  'repaired again late fee waived spoke with manager in branch will send documents next week income stable since job confirmed'
).split(' ');

/**
 * Notes of 8 to 28 words, as a clerk writes them: a fifth has personal data, three tenths have other numbers. The same count gives the
 * same texts.
 */
export function freeTexts(count: number): string[] {
  const random = createRandom(3);
  const pick = <T>(list: readonly T[]): T => list[random.below(list.length)] as T;
  const personal = [
    () => `mail j.doe${random.below(999)}@example.com`,
    () => `call +49 89 1234${1000 + random.below(8999)}`,
    () => `born 19${50 + random.below(40)}-04-12`,
    () => 'card 4111 1111 1111 1111',
    () => `see www.example.com/jane${random.below(99)}`,
    () => `SSN 219-09-${1000 + random.below(8999)}`,
  ];
  const other = [
    () => `paid ${random.below(5000)} on 2026-01-${10 + random.below(19)}`,
    () => `order ${random.below(99_999)}`,
    () => `ref ${random.below(1_000_000_000)}`,
  ];
  return Array.from({ length: count }, () => {
    const note = Array.from({ length: 8 + random.below(20) }, () => pick(words));
    const tenth = random.below(10);
    if (tenth < 5) note.splice(random.below(note.length), 0, pick(tenth < 2 ? personal : other)());
    return note.join(' ');
  });
}

const pipeline = `name: notes
dataset:
  format: csv
  label: { column: outcome, positive: 1, negative: 0 }
  columns:
    note: { role: text, action: redact }
    amount: { role: feature, type: number }
evaluation: { task: binary, gates: [{ metric: auc, min: 0.5 }] }
registry: { approval: manual }
`;

/** Redacts texts as `DesensitizeShard` does: by a function of the engine. @throws Error when nothing was redacted */
export async function redactWithEngine(texts: readonly string[], memoryMb: number): Promise<void> {
  const engine = await openEngine({ memoryMb, textFunctions: textFunctionsOf(parsePipeline(pipeline, 'notes.yml')) });
  try {
    const [row] = await engine.query(
      'redact',
      `SELECT count(*) FILTER (WHERE redacted <> note) AS n FROM (SELECT note, ${redactFunction}(note) AS redacted FROM (SELECT unnest(from_json($1::JSON, '["VARCHAR"]')) AS note))`,
      [JSON.stringify(texts)],
    );
    if (Number(row?.['n']) < texts.length / 10) throw new Error('the texts were not redacted');
  } finally {
    engine.close();
  }
}
