import type { Answer } from '#domain/endpoint-tests/answer';
import type { ModelInputs, TestSession } from '#domain/endpoint-tests/session';
import type { RawRow } from '#schemas/records/golden';

/** Numbers of a model's answer to a line of model inputs. */
export type Model = (fields: readonly number[]) => readonly number[];

export interface FakeSession extends TestSession {
  /** Every request, in order. */
  readonly asked: { body: string; contentType: string; at: number }[];
  /** The clock, in milliseconds. Sleeping moves it on. */
  time: number;
}

const columns = ['income', 'phone', 'region'];

/** Inputs: a number, a boolean, a category of two indicators; `lost` carried no information. */
export const inputs: ModelInputs = {
  delimiter: ',',
  sources: [['income'], ['phone'], ['region'], ['region']],
  columns: [...columns, 'lost'],
  monotone: [],
  invariant: [],
};

const encodeRow = ({ income, phone, region }: RawRow): string =>
  [income ?? '', phone === undefined ? '' : Number(phone), Number(region === 'north'), Number(region === 'south')].join(
    ',',
  );

export const answer = (body: string, status = 200): Answer => ({ status, contentType: 'text/csv', body, latencyMs: 1 });

/** A model server as the built-in one: 415 for what is no number, 400 for another width, else an answer for each row. */
export const serve =
  (model: Model) =>
  (body: string, contentType: string): Answer => {
    if (contentType !== 'text/csv') return answer('unsupported', 415);
    if (body === '') return answer('', 204);
    if (body.length > 6 * 2 ** 20) return answer('too large', 413);
    const rows = body
      .trim()
      .split('\n')
      .map((line) => line.split(',').map((field) => (field === '' ? Number.NaN : Number(field))));
    if (body.includes('word') || body.includes('{')) return answer('not a number', 415);
    if (rows.some((row) => row.length !== inputs.sources.length)) return answer('another width', 400);
    return answer(rows.map((row) => model(row).join(',')).join('\n'));
  };

/** A session of one endpoint without AWS, whose clock only sleeping moves. */
export function fakeSession(model: Model, own: Partial<TestSession> = {}): FakeSession {
  const asked: FakeSession['asked'] = [];
  const reply = serve(model);
  const ask = async (body: string, contentType: string) => {
    asked.push({ body, contentType, at: session.time });
    return reply(body, contentType);
  };
  const session: FakeSession = {
    asked,
    time: 0,
    ask,
    askOnce: ask,
    readGolden: () => Promise.reject(new Error('there is no golden file')),
    encode: async (rows) => rows.map(encodeRow),
    inputs: async () => inputs,
    observed: async () => [],
    now: () => session.time,
    sleep: async (ms) => {
      await new Promise(setImmediate);
      session.time += ms;
    },
    ...own,
  };
  return session;
}
