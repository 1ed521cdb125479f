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

/** An endpoint was tested, by a deployment or because somebody updated it. */
export interface EndpointTests {
  readonly endpoint: string;
  readonly config: string;
  readonly results: readonly EndpointTestResult[];
  readonly trigger: 'deploy' | 'update';
}

const line = ({ id, kind, passed, detail, durationMs }: EndpointTestResult): Inline[] => [
  passed ? '✓ ' : '✗ ',
  { code: id },
  ` ${kind} · ${duration(durationMs)}${detail === '' ? '' : `: ${detail}`}`,
];

export function endpointTestsMessage(tests: EndpointTests): Message {
  const failed = tests.results.filter(({ passed }) => !passed);
  const passed = tests.results.filter((result) => result.passed);
  const why = tests.trigger === 'deploy' ? 'Tested during its deployment.' : 'Tested because the endpoint was updated.';
  const heading =
    tests.results.length === 0
      ? `🧪 ${tests.endpoint}: no tests are configured`
      : failed.length === 0
        ? `🧪 ${tests.endpoint}: ${counted(passed.length, 'test')} passed`
        : `🚨 ${tests.endpoint}: ${failed.length} of ${counted(tests.results.length, 'test')} failed`;
  return composeMessage({
    heading,
    summary: why,
    parts: [{ lines: [...failed, ...passed].map(line) }],
    footer: [['Configuration ', { code: tests.config }]],
  });
}
