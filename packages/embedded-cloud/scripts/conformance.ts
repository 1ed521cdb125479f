/**
 * Checks the embedded cloud against behaviour recorded from AWS: `npm run conformance -- <folder>`, or CONFORMANCE_DIR.
 * The folder has JSON files; each holds an array of recorded executions of state machines
 * (`definition`, `input`, `expected`, `events`) or of event patterns (`pattern`, `event`, `expected`).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { matchEvent, validatePattern } from '#src/eventbridge/pattern';
import { type AslCase, runAslCase } from '#src/stepfunctions/conformance';

/** One recorded answer of EventBridge; `pattern` and `event` may be JSON texts. */
interface PatternCase {
  readonly name?: string;
  readonly id?: string;
  readonly pattern: unknown;
  readonly event: unknown;
  readonly expected: 'match' | 'no-match' | 'invalid-pattern';
}

const has = (value: unknown, ...members: string[]): boolean =>
  typeof value === 'object' && value !== null && members.every((member) => member in value);

const parsed = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : value);

function answer({ pattern, event }: PatternCase): PatternCase['expected'] {
  let wanted: unknown;
  try {
    wanted = parsed(pattern);
    validatePattern(wanted);
  } catch {
    return 'invalid-pattern';
  }
  return matchEvent(wanted, parsed(event)) ? 'match' : 'no-match';
}

async function differencesOf(recorded: unknown): Promise<string[]> {
  try {
    if (has(recorded, 'definition', 'input')) return await runAslCase(recorded as AslCase);
    const wanted = recorded as PatternCase;
    const actual = answer(wanted);
    return actual === wanted.expected ? [] : [`expected ${wanted.expected}, got ${actual}`];
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}

const given = process.env['CONFORMANCE_DIR'] ?? process.argv[2];
const folder = given === undefined ? undefined : resolve(given);
if (folder === undefined || !existsSync(folder)) {
  console.log(folder === undefined ? 'skipped: no folder given' : `skipped: there is no folder ${folder}`);
  process.exit(0);
}

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
    const differences = await differencesOf(recorded);
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
