import { describe, expect, it } from 'vitest';
import { badRequestNames, badRequests } from '#domain/endpoint-tests/bad-requests';
import { endpointTestSchema } from '#domain/endpoint-tests/registry';
import { robustness } from '#domain/endpoint-tests/robustness';
import { runTest } from '#domain/endpoint-tests/run';
import type { TestSession } from '#domain/endpoint-tests/session';
import { RequestRefusedError, TransientError } from '#domain/errors';
import { answer, fakeSession, serve } from '../../fakes/test-session.ts';

const line = '100,1,0,1';
const test = (own: Record<string, unknown> = {}) =>
  endpointTestSchema.parse({ id: 'r', kind: 'robustness', request: { body: `${line}\n200,0,1,0` }, ...own });
const model = ([value = 0]: readonly number[]) => [value / 1000];
const good = serve(model);

/** An endpoint that is as it should be but for what `reply` answers; it gets the number of the request, from 1. */
const session = (reply: (body: string, n: number) => ReturnType<typeof good> | undefined) => {
  let n = 0;
  const ask: TestSession['ask'] = async (body, contentType) => {
    n += 1;
    return reply(body, n) ?? good(body, contentType);
  };
  return fakeSession(model, { ask });
};

describe('a robustness test', () => {
  it('passes an endpoint that refuses each bad request and answers a good one as before after each', async () => {
    const own = fakeSession(model);
    expect(await runTest(test(), own)).toEqual({
      passed: true,
      detail: '7 bad requests refused, the same answer after each',
    });
    const bodies = own.asked.map(({ body }) => (body.length > 100 ? `${body.length} characters` : body));
    expect(bodies.filter((body) => body === line)).toHaveLength(9);
    expect(bodies.filter((body) => body !== line)).toEqual([
      '{"instances": [[1, 2',
      'word,word,word,word',
      `${line}\n${line},0`,
      `${line},0,0`,
      '',
      `${6 * 2 ** 20 + 4} characters`,
    ]);
    expect(own.asked.map(({ contentType }) => contentType)).toContain('application/x-no-such-type');
  });

  it('sends the cases that it names', async () => {
    const sent: string[] = [];
    const own = session((body) => {
      sent.push(body);
      return body.length > 30 ? answer('too large', 413) : undefined;
    });
    const cases = ['fewer-columns', 'oversized'];
    expect(await runTest(test({ cases, oversizedBytes: 30 }), own)).toMatchObject({ passed: true });
    expect(sent).toEqual([line, '1,0,1', line, `${line}\n`.repeat(4), line]);
  });

  it('sends no shorter row to a model of one input', async () => {
    const own = fakeSession(model, {
      ask: async (body) => answer(body === '5' ? '0.5' : '', body === '5' ? 200 : 400),
    });
    expect(await runTest(test({ request: { body: '5' }, cases: ['fewer-columns', 'ragged'] }), own)).toMatchObject({
      passed: true,
      detail: /^1 bad request refused/,
    });
  });

  it.each<[string, number, string, string]>([
    ['scores it', 200, '0.3', 'wrong-type: status 200 instead of 400 to 499; it answered "0.3"'],
    [
      'breaks on it',
      500,
      "could not convert 'word'",
      'wrong-type: status 500 instead of 400 to 499; it answered "could not convert \'…\'"',
    ],
  ])('fails an endpoint that %s', async (_, status, body, detail) => {
    const own = session((sent) => (sent.startsWith('word') ? answer(body, status) : undefined));
    expect(await runTest(test(), own)).toEqual({ passed: false, detail });
  });

  it('takes an answer of nothing to an empty body, and to nothing else', async () => {
    const own = session((body) =>
      body === '' ? answer('0.5') : body.startsWith('word') ? answer('', 204) : undefined,
    );
    expect(await runTest(test(), own)).toEqual({
      passed: false,
      detail:
        'wrong-type: status 204 instead of 400 to 499; it answered nothing; empty: status 200 instead of 400 to 499; it answered "0.5"',
    });
  });

  it('fails an endpoint that answers something else, or nothing good, afterwards', async () => {
    const drifted = session((body, n) => (body === line && n > 1 ? answer('0.2') : undefined));
    const wider = session((body, n) => (body === line && n > 1 ? answer('0.1,0.1') : undefined));
    const broken = session((body, n) => (body === line && n > 1 ? answer('gone', 500) : undefined));
    const cases = { cases: ['malformed'] };

    for (const own of [drifted, wider])
      expect(await runTest(test(cases), own)).toEqual({
        passed: false,
        detail: 'after malformed the good request gets another answer',
      });
    expect(await runTest(test(cases), broken)).toEqual({
      passed: false,
      detail: 'after malformed the good request gets: status 500; it answered "gone"',
    });
    expect(await runTest(test({ ...cases, tolerance: 0.1 }), drifted)).toMatchObject({ passed: true });
  });

  it('gives the endpoint a moment to come back, and no more', async () => {
    const away = (times: number) => {
      let left = times;
      return session((body, n) => {
        if (body !== line || n === 1) return undefined;
        left -= 1;
        if (left >= 0) throw new TransientError('not ready');
        return undefined;
      });
    };
    const [back, gone] = [away(2), away(3)];
    expect(await runTest(test({ cases: ['malformed'] }), back)).toMatchObject({ passed: true });
    expect(back.time).toBe(4_000);
    expect(await runTest(test({ cases: ['malformed'] }), gone)).toEqual({
      passed: false,
      detail: 'after malformed the good request gets: no answer',
    });
  });

  it('counts what SageMaker itself refuses as refused, for the bad request only', async () => {
    const refuse = () => {
      throw new RequestRefusedError('too large');
    };
    const gateway = session((body) => (body.length > 1000 ? refuse() : undefined));
    const gone = session((_, n) => (n === 3 ? refuse() : undefined));
    expect(await runTest(test(), gateway)).toMatchObject({ passed: true });
    expect(await runTest(test({ cases: ['malformed'] }), gone)).toEqual({
      passed: false,
      detail: 'after malformed the good request gets: SageMaker refused the request',
    });
  });

  it('fails at once when the good request gets no numbers, or there is none', async () => {
    const down = session(() => answer('gone', 503));
    const page = session(() => answer('<html>'));
    expect(await runTest(test(), down)).toEqual({
      passed: false,
      detail: 'the good request gets: status 503; it answered "gone"',
    });
    expect(await runTest(test(), page)).toMatchObject({ detail: /^the good request gets: the answer: value 1 is/ });
    expect(await runTest(test({ request: { body: '\n' } }), down)).toEqual({
      passed: false,
      detail: 'the request of the test has no row',
    });
  });

  it('passes on trouble that is not the endpoint’s', async () => {
    const denied = (at: number) =>
      session((_, n) => {
        if (n === at) throw new Error('AccessDenied');
        return undefined;
      });
    for (const at of [1, 2, 3]) await expect(runTest(test(), denied(at))).rejects.toThrow('AccessDenied');
  });

  it('has the raw rows of its request', () => {
    expect(robustness.rawRows(test({ request: { rows: [{ income: 1 }] } }) as never)).toEqual([{ income: 1 }]);
  });

  it.each([{ cases: [] }, { cases: ['malformed', 'malformed'] }, { cases: ['crash'] }, { oversizedBytes: 26_214_401 }])(
    'is refused with %j',
    (own) => {
      expect(endpointTestSchema.safeParse({ ...test(), ...own }).success).toBe(false);
    },
  );
});

it('describes every bad request in a sentence', () => {
  for (const name of badRequestNames) expect(badRequests[name].summary).toMatch(/^[A-Z].*\.$/);
});
