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
  readonly results: readonly TestResult[];
  readonly trigger: 'deploy' | 'update' | 'manual';
}

const line = ({ id, kind, passed, detail, durationMs }: TestResult): Inline[] => [
  passed ? '✓ ' : '✗ ',
  { code: id },
  ` ${kind} · ${duration(durationMs)}${detail === '' ? '' : `: ${detail}`}`,
];

export function endpointTestsMessage(tests: EndpointTests): Message {
  const failed = tests.results.filter(({ passed }) => !passed);
  const passed = tests.results.filter((result) => result.passed);
  const heading =
    tests.results.length === 0
      ? `🧪 ${tests.endpoint}: no tests are configured`
      : failed.length === 0
        ? `🧪 ${tests.endpoint}: ${counted(passed.length, 'test')} passed`
        : `🚨 ${tests.endpoint}: ${failed.length} of ${counted(tests.results.length, 'test')} failed`;
  return composeMessage({
    heading,
    summary: because[tests.trigger],
    parts: [{ lines: [...failed, ...passed].map(line) }],
    footer: [['Configuration ', { code: tests.config }]],
  });
}

export const endpointTests = defineNotice({
  name: 'endpoint-tests',
  summary: 'An endpoint was tested.',
  event: {
    executionArn: z.string(),
    outcome: z.object({
      endpointName: z.string(),
      endpointConfigName: z.string(),
      trigger: z.enum(['deploy', 'update', 'manual']),
      results: z.array(testResultSchema),
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
      pipeline: 'loan-default',
    },
  },
  address: ({ executionArn, outcome: { run, pipeline } }) => ({ key: executionArn, run, pipeline }),
  message: ({ outcome: { endpointName, endpointConfigName, results, trigger } }) =>
    endpointTestsMessage({ endpoint: endpointName, config: endpointConfigName, results, trigger }),
});
