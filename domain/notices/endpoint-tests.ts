import * as z from 'zod';
import { composeMessage, type Message } from '#domain/slack/message';
import type { Inline } from '#domain/slack/rich-text';
import { counted, duration } from '#domain/text/numbers';
import { runPointerSchema } from '#schemas/records/run';
import { type TestResult, testResultSchema } from '#schemas/records/test-result';
import { defineNotice } from './notice.ts';

const because: Record<EndpointTests['trigger'], string> = {
  deploy: 'Tested during its deployment.',
  update: 'Tested because the endpoint was updated.',
  manual: 'Tested by hand.',
};

/** An endpoint was tested: by a deployment, after an update, or by hand. */
export interface EndpointTests {
  readonly endpoint: string;
  readonly config: string;
  /** A long suite comes without its last results. */
  readonly results: readonly TestResult[];
  readonly counts: { readonly tests: number; readonly failed: number };
  readonly trigger: 'deploy' | 'update' | 'manual';
}

const line = ({ id, kind, passed, detail, durationMs }: TestResult): Inline[] => [
  passed ? '✓ ' : '✗ ',
  { code: id },
  ` ${kind} · ${duration(durationMs)}${detail === '' ? '' : `: ${detail}`}`,
];

export function endpointTestsMessage(tests: EndpointTests): Message {
  const { tests: total, failed } = tests.counts;
  const inOrder = tests.results.toSorted((a, b) => Number(a.passed) - Number(b.passed));
  const heading =
    total === 0
      ? `🧪 ${tests.endpoint}: no tests are configured`
      : failed === 0
        ? `🧪 ${tests.endpoint}: ${counted(total, 'test')} passed`
        : `🚨 ${tests.endpoint}: ${failed} of ${counted(total, 'test')} failed`;
  return composeMessage({
    heading,
    summary: because[tests.trigger],
    parts: [{ lines: inOrder.map(line), unlisted: total - inOrder.length }],
    footer: [['Configuration ', { code: tests.config }]],
  });
}

export const endpointTests = defineNotice({
  name: 'endpoint-tests',
  summary: 'An endpoint was tested.',
  severity: {
    among: ['info', 'critical'],
    of: ({ outcome: { counts } }) => (counts.failed === 0 ? 'info' : 'critical'),
  },
  event: {
    executionArn: z.string(),
    outcome: z.object({
      endpointName: z.string(),
      endpointConfigName: z.string(),
      trigger: z.enum(['deploy', 'update', 'manual']),
      results: z.array(testResultSchema),
      counts: z.object({ tests: z.int().min(0), failed: z.int().min(0) }),
      pipeline: z.string().nullish(),
      run: runPointerSchema.nullish(),
    }),
  },
  example: {
    executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-test-endpoint:e1',
    outcome: {
      endpointName: 'tidegate-dev-loan-default',
      endpointConfigName: 'tidegate-dev-loan-default-20260131-101500-4f2a',
      trigger: 'update',
      results: [{ id: 'golden', kind: 'golden', passed: true, detail: '5 rows as evaluated', durationMs: 42 }],
      counts: { tests: 1, failed: 0 },
      pipeline: 'loan-default',
    },
  },
  address: ({ executionArn, outcome: { run, pipeline } }) => ({ key: executionArn, run, pipeline }),
  message: ({ outcome: { endpointName, endpointConfigName, results, counts, trigger } }) =>
    endpointTestsMessage({ endpoint: endpointName, config: endpointConfigName, results, counts, trigger }),
});
