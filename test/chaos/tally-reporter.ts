import type { TestModule } from 'vitest/node';
import { faultKinds } from './fault-kinds.ts';
import type { ChaosMeta } from './tally.ts';

type Case = ChaosMeta & { readonly passed: boolean };

function casesOf(modules: readonly TestModule[]): Case[] {
  return modules.flatMap((module) =>
    [...module.children.allTests()].flatMap((test) => {
      const { chaos } = test.meta();
      return chaos ? [{ ...chaos, passed: test.result().state === 'passed' }] : [];
    }),
  );
}

const count = (cases: readonly Case[], holds: (each: Case) => boolean): number => cases.filter(holds).length;
const line = (cells: readonly (string | number)[], widths: readonly number[]): string =>
  cells
    .map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i] ?? 0) : String(cell).padStart(widths[i] ?? 0)))
    .join('  ');

function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => String(row[i] ?? '').length)));
  return rows.map((row) => line(row, widths)).join('\n');
}

const columns = ['faults', 'by retry', 'failed cleanly', 'not survived'] as const;
const cells = (cases: readonly Case[]) => [
  cases.length,
  count(cases, (c) => c.passed && c.outcome === 'succeeded'),
  count(cases, (c) => c.passed && c.outcome === 'failed'),
  count(cases, (c) => !c.passed),
];

/** The tables and the closing line of the suite. */
export function tally(cases: readonly Case[]): string {
  const by = (key: (each: Case) => string) => [...new Set(cases.map(key))];
  const paths = by((c) => c.path).map((path) => {
    const own = cases.filter((c) => c.path === path);
    return [path, own[0]?.calls ?? 0, ...cells(own)];
  });
  const order: readonly string[] = faultKinds;
  const rank = (kind: string) => (order.includes(kind) ? order.indexOf(kind) : order.length);
  const kinds = by((c) => c.kind)
    .toSorted((a, b) => rank(a) - rank(b))
    .map((kind) => [kind, ...cells(cases.filter((c) => c.kind === kind))]);
  const services = by((c) => c.service).map((service) => [
    service,
    ...cells(cases.filter((c) => c.service === service)),
  ]);
  const failed = cases.filter((c) => !c.passed);
  const again = failed.map(
    (c) =>
      `\n  CHAOS_ONLY='${c.case}'  (${c.path})\n${(c.violations ?? ['it did not end']).map((v) => `    - ${v}`).join('\n')}`,
  );
  return [
    table([['path', 'calls', ...columns], ...paths]),
    table([['kind', ...columns], ...kinds]),
    table([['service', ...columns], ...services]),
    ...(failed.length > 0 ? [`Not survived:${again.join('')}`] : []),
    `${cases.length} faults tried, ${cases.length - failed.length} survived`,
  ].join('\n\n');
}

/** Prints what was tried and survived when all cases are through. */
export default class TallyReporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const cases = casesOf(modules);
    if (cases.length > 0) process.stdout.write(`\n${tally(cases)}\n`);
  }
}
