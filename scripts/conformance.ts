/**
 * Holds the embedded cloud against behaviour recorded from AWS: `npm run conformance`.
 * CONFORMANCE_DIR names a folder of JSON files; each holds an array of recorded executions of state machines
 * (`definition`, `input`, `expected`, `events`) or of event patterns (`pattern`, `event`, `expected`).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type AslCase, runAslCase } from 'embedded-cloud/stepfunctions/conformance';

/** One recorded answer of EventBridge; `pattern` and `event` may be JSON texts. */
interface PatternCase {
  readonly name?: string;
  readonly id?: string;
  readonly pattern: unknown;
  readonly event: unknown;
  readonly expected: 'match' | 'no-match' | 'invalid-pattern';
}

interface PatternMatcher {
  matchEvent(pattern: unknown, event: unknown): boolean;
  /** @throws when AWS would refuse the pattern */
  validatePattern(pattern: unknown): void;
}

const has = (value: unknown, ...members: string[]): boolean =>
  typeof value === 'object' && value !== null && members.every((member) => member in value);

const parsed = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : value);

async function loadMatcher(): Promise<PatternMatcher | undefined> {
  try {
    return (await import('embedded-cloud/eventbridge/pattern')) as unknown as PatternMatcher;
  } catch (error) {
    if (has(error, 'code') && (error as { code: unknown }).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

function answer(matcher: PatternMatcher, { pattern, event }: PatternCase): PatternCase['expected'] {
  let wanted: unknown;
  try {
    wanted = parsed(pattern);
    matcher.validatePattern(wanted);
  } catch {
    return 'invalid-pattern';
  }
  return matcher.matchEvent(wanted, parsed(event)) ? 'match' : 'no-match';
}

async function differencesOf(recorded: unknown, matcher: PatternMatcher | undefined): Promise<string[]> {
  try {
    if (has(recorded, 'definition', 'input')) return await runAslCase(recorded as AslCase);
    if (!matcher) return ['eventbridge/pattern.ts is missing'];
    const wanted = recorded as PatternCase;
    const actual = answer(matcher, wanted);
    return actual === wanted.expected ? [] : [`expected ${wanted.expected}, got ${actual}`];
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}

const folder = resolve(process.env['CONFORMANCE_DIR'] ?? join(import.meta.dirname, '../../shared/conformance'));
if (!existsSync(folder)) {
  console.log(`skipped: there is no folder ${folder}; name one with CONFORMANCE_DIR`);
  process.exit(0);
}

const matcher = await loadMatcher();
let passed = 0;
let failed = 0;
for (const file of readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .sort()) {
  const content: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const cases = Array.isArray(content) ? content : [];
  const known = cases.filter(
    (entry) => has(entry, 'definition', 'input', 'expected') || has(entry, 'pattern', 'event', 'expected'),
  );
  for (const recorded of known) {
    const differences = await differencesOf(recorded, matcher);
    if (differences.length === 0) {
      passed += 1;
      continue;
    }
    failed += 1;
    const { id, name } = recorded as { id?: string; name?: string };
    console.log(`FAILED ${file} ${id ?? name ?? ''}`);
    for (const difference of differences.slice(0, 10)) console.log(`  ${difference}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
