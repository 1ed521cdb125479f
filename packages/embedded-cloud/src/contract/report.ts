import type { AuditLine } from '#src/audit/log';
import type { Verdict } from '#src/contract/replay';

interface Fault {
  count: number;
  /** Who first sent it. */
  readonly first: string;
}

interface OperationCount {
  readonly counts: Record<Verdict['kind'], number>;
  /** By what is wrong. */
  readonly faults: Map<string, Fault>;
  readonly unchecked: Map<string, number>;
}

/** Counts verdicts by operation and writes them out. */
export class Report {
  readonly #operations = new Map<string, OperationCount>();

  /** @param file the file of the line, to find it again */
  add(line: AuditLine, verdict: Verdict, file: string): void {
    const name = `${line.service} ${line.operation}`;
    const counted = this.#operations.get(name) ?? {
      counts: { valid: 0, invalid: 0, refused: 0, unchecked: 0 },
      faults: new Map<string, Fault>(),
      unchecked: new Map<string, number>(),
    };
    this.#operations.set(name, counted);
    counted.counts[verdict.kind] += 1;
    if (verdict.kind === 'unchecked') {
      counted.unchecked.set(verdict.reason, (counted.unchecked.get(verdict.reason) ?? 0) + 1);
    }
    if (verdict.kind !== 'invalid') return;
    for (const text of verdict.faults) {
      const fault = counted.faults.get(text) ?? { count: 0, first: `${line.role ?? line.caller}, ${file}` };
      fault.count += 1;
      counted.faults.set(text, fault);
    }
  }

  total(kind: Verdict['kind']): number {
    return [...this.#operations.values()].reduce((sum, { counts }) => sum + counts[kind], 0);
  }

  /** One line an operation, with what was wrong below it. */
  lines(): string[] {
    return [...this.#operations]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, { counts, faults, unchecked }]) => {
        const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
        const remarks = [
          ...(counts.invalid > 0 ? [`${counts.invalid} invalid`] : []),
          ...(counts.refused > 0 ? [`${counts.refused} invalid and refused`] : []),
          ...[...unchecked].map(([reason, count]) => `${count} not checked: ${reason}`),
        ];
        return [
          `${name.padEnd(48)} ${String(all).padStart(7)}${remarks.length > 0 ? `  ${remarks.join(', ')}` : ''}`,
          ...[...faults].map(([text, { count, first }]) => `    ${count} × ${text}\n      first by ${first}`),
        ];
      });
  }
}
