import { describe, expect, it } from 'vitest';
import { CONSTRAINTS } from '#domain/constraints/registry';
import { DRIFT_TESTS } from '#domain/drift/registry';
import { ENCODINGS } from '#domain/encodings/registry';
import { ENDPOINT_TESTS } from '#domain/endpoint-tests/registry';
import { GATES } from '#domain/gates/registry';
import { METRICS } from '#domain/metrics/registry';
import { NOTICES } from '#domain/notices/registry';
import { PRIVACY_ACTIONS } from '#domain/privacy/registry';
import { type Chapter, chapterText } from '../../../scripts/reference/chapter.ts';
import { columnChapters } from '../../../scripts/reference/chapters/columns.ts';
import { constraintChapters } from '../../../scripts/reference/chapters/constraints.ts';
import { driftChapters } from '../../../scripts/reference/chapters/drift.ts';
import { endpointTests } from '../../../scripts/reference/chapters/endpoint-tests.ts';
import { evaluationChapters } from '../../../scripts/reference/chapters/evaluation.ts';
import { noticeChapters } from '../../../scripts/reference/chapters/notices.ts';
import { approvalWaiting } from './approval-waiting.ts';
import { classRows } from './class-rows.ts';
import { emailDomain } from './email-domain.ts';
import { log } from './log.ts';
import { mcc } from './mcc.ts';
import { minRows } from './min-rows.ts';
import { missingRatio } from './missing-ratio.ts';
import { refusal } from './refusal.ts';

const textOf = (chapters: readonly Chapter[]): string => chapters.map((chapter) => chapterText(chapter)).join('\n');

describe('the reference', () => {
  it.each([
    ['metric', mcc, evaluationChapters(GATES, [...METRICS, mcc])],
    ['gate', minRows, evaluationChapters([...GATES, minRows], METRICS)],
    ['privacy action', emailDomain, columnChapters([...PRIVACY_ACTIONS, emailDomain], ENCODINGS)],
    ['encoding', log, columnChapters(PRIVACY_ACTIONS, [...ENCODINGS, log])],
    ['drift test', missingRatio, driftChapters([...DRIFT_TESTS, missingRatio])],
    ['endpoint test', refusal, [endpointTests([...ENDPOINT_TESTS, refusal] as never)]],
    ['constraint', classRows, constraintChapters([...CONSTRAINTS, classRows])],
    ['notice', approvalWaiting, noticeChapters([...NOTICES, approvalWaiting] as never)],
  ])('shows a new %s with its summary', (_, { name, summary }, chapters) => {
    expect(textOf(chapters)).toContain(name);
    expect(textOf(chapters)).toContain(summary.replace(/\.$/, '').slice(1));
  });
});
