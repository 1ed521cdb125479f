import { composeMessage, type Message } from './message.ts';
import { counted, duration } from './numbers.ts';
import type { Inline } from './rich-text.ts';

export interface EndpointTestResult {
  readonly id: string;
  readonly kind: string;
  readonly passed: boolean;
  readonly detail: string;
  readonly durationMs: number;
}

const because: Record<EndpointTests['trigger'], string> = {
  deploy: 'Tested during its deployment.',
  update: 'Tested because the endpoint was updated.',
  manual: 'Tested by hand.',
};

/** An endpoint was tested: by a deployment, because somebody updated it, or by hand. */
export interface EndpointTests {
  readonly endpoint: string;
  readonly config: string;
  readonly results: readonly EndpointTestResult[];
  readonly trigger: 'deploy' | 'update' | 'manual';
}

const line = ({ id, kind, passed, detail, durationMs }: EndpointTestResult): Inline[] => [
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
