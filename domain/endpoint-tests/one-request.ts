import type { RawRow } from '#schemas/records/golden';
import type { Answer, Judgement } from './answer.ts';
import { rawRowsOf, resolve, type SentRequest, type TestRequest } from './request.ts';
import { failed, type TestSession } from './session.ts';
import { shownAnswer } from './shown-answer.ts';

/** A kind of test that sends one request and judges the answer. */
interface OneRequest<Test> {
  request(test: Test): TestRequest;
  judge(test: Test, sent: SentRequest, answer: Answer): Judgement;
}

/**
 * The methods of a kind that sends one request. A failed test shows the endpoint's own answer, without what that repeats of the
 * request.
 */
export const oneRequest = <Test>({ request, judge }: OneRequest<Test>) => ({
  request,
  judge,
  async run(test: Test, session: TestSession): Promise<Judgement> {
    const { content, contentType } = request(test);
    const sent = await resolve(content, session);
    const answer = await session.ask(sent.body, contentType);
    const judgement = judge(test, sent, answer);
    return judgement.passed ? judgement : failed(`${judgement.detail}; ${shownAnswer(answer, sent.body)}`);
  },
  rawRows: (test: Test): readonly RawRow[] => rawRowsOf(request(test).content),
});
