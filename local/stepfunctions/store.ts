import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import type { Checkpoint } from './interpreter/environment.ts';
import type { HistoryEvent } from './interpreter/history.ts';

/** A state machine as kept. Times are milliseconds since the epoch. */
export interface MachineRecord {
  readonly arn: string;
  readonly name: string;
  readonly roleArn: string;
  /** JSON text. */
  readonly definition: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly revisionId: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly logging: unknown;
  readonly tracing: unknown;
  readonly tags: Readonly<Record<string, string>>;
}

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** An execution as kept: with the definition and the role it was started with. */
export interface ExecutionRecord {
  readonly arn: string;
  readonly machineArn: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly roleArn: string;
  readonly definition: string;
  readonly revisionId: string;
  readonly startedAt: number;
  readonly stoppedAt?: number;
  /** JSON texts. */
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly mapRunArn?: string;
  readonly itemCount?: number;
  readonly redriveCount: number;
  readonly redrivenAt?: number;
}

export interface MapRunRecord {
  readonly arn: string;
  readonly executionArn: string;
  readonly machineArn: string;
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  readonly startedAt: number;
  readonly stoppedAt?: number;
  readonly maxConcurrency: number;
  readonly toleratedFailureCount: number;
  readonly toleratedFailurePercentage: number;
  readonly totalChildren: number;
  readonly totalItems: number;
  readonly resultsWritten: number;
}

const schema = `
  CREATE TABLE IF NOT EXISTS machines (arn TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS executions (
    arn TEXT PRIMARY KEY, machine_arn TEXT NOT NULL, map_run_arn TEXT, status TEXT NOT NULL,
    started_at REAL NOT NULL, record TEXT NOT NULL, checkpoint TEXT) STRICT;
  CREATE INDEX IF NOT EXISTS executions_by_machine ON executions (machine_arn, started_at);
  CREATE INDEX IF NOT EXISTS executions_by_map_run ON executions (map_run_arn, started_at);
  CREATE INDEX IF NOT EXISTS executions_by_status ON executions (status);
  CREATE TABLE IF NOT EXISTS events (
    execution_arn TEXT NOT NULL, id INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY (execution_arn, id)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS map_runs (arn TEXT PRIMARY KEY, execution_arn TEXT NOT NULL, record TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS map_runs_by_execution ON map_runs (execution_arn);
`;

const parse = <T>(text: SQLOutputValue | undefined): T => JSON.parse(String(text)) as T;

/**
 * Everything Step Functions keeps, in one SQLite file.
 *
 * Events and checkpoints of one turn of the event loop are written together, so that the exit from a state, the entry
 * into the next and the checkpoint are kept all or not at all. Everything else is written when its call returns, after
 * what was deferred before.
 */
export class StepFunctionsStore {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  #deferred: (() => void)[] = [];

  /** @param stateDir the cloud's state folder; the file is `stepfunctions/stepfunctions.sqlite` below it */
  constructor(stateDir: string) {
    const folder = join(stateDir, 'stepfunctions');
    mkdirSync(folder, { recursive: true });
    this.#db = new DatabaseSync(join(folder, 'stepfunctions.sqlite'));
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;');
    this.#db.exec(schema);
  }

  #sql(text: string) {
    const known = this.#statements.get(text);
    if (known) return known;
    const statement = this.#db.prepare(text);
    this.#statements.set(text, statement);
    return statement;
  }

  #defer(write: () => void): void {
    if (this.#deferred.length === 0) setImmediate(() => this.flush());
    this.#deferred.push(write);
  }

  /** Writes what was deferred. */
  flush(): void {
    if (this.#deferred.length > 0) this.transaction(() => {});
  }

  /** Makes the writes inside, and those deferred before, all or nothing. */
  transaction<T>(work: () => T): T {
    if (this.#db.isTransaction) return work();
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const deferred = this.#deferred;
      this.#deferred = [];
      for (const write of deferred) write();
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  putMachine(machine: MachineRecord): void {
    this.#sql('INSERT OR REPLACE INTO machines (arn, record) VALUES (?, ?)').run(machine.arn, JSON.stringify(machine));
  }
  machine(arn: string): MachineRecord | undefined {
    const row = this.#sql('SELECT record FROM machines WHERE arn = ?').get(arn);
    return row && parse<MachineRecord>(row['record']);
  }
  machines(): MachineRecord[] {
    return this.#sql('SELECT record FROM machines ORDER BY arn')
      .all()
      .map((row) => parse<MachineRecord>(row['record']));
  }
  deleteMachine(arn: string): void {
    this.#sql('DELETE FROM machines WHERE arn = ?').run(arn);
  }

  /** Writes an execution; its checkpoint stays as it is. */
  putExecution(execution: ExecutionRecord): void {
    this.transaction(() =>
      this.#sql(
        `INSERT INTO executions (arn, machine_arn, map_run_arn, status, started_at, record) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (arn) DO UPDATE SET status = excluded.status, record = excluded.record`,
      ).run(
        execution.arn,
        execution.machineArn,
        execution.mapRunArn ?? null,
        execution.status,
        execution.startedAt,
        JSON.stringify(execution),
      ),
    );
  }
  execution(arn: string): ExecutionRecord | undefined {
    const row = this.#sql('SELECT record FROM executions WHERE arn = ?').get(arn);
    return row && parse<ExecutionRecord>(row['record']);
  }
  /** Executions of a machine or of a map run, newest first. */
  executions(
    by: { readonly machineArn: string } | { readonly mapRunArn: string },
    status: string | undefined,
    limit: number,
    offset: number,
  ): ExecutionRecord[] {
    const [column, value] = 'machineArn' in by ? ['machine_arn', by.machineArn] : ['map_run_arn', by.mapRunArn];
    return this.#sql(
      `SELECT record FROM executions WHERE ${column} = ?1 AND (?2 IS NULL OR status = ?2)
       ORDER BY started_at DESC, rowid DESC LIMIT ?3 OFFSET ?4`,
    )
      .all(value, status ?? null, limit, offset)
      .map((row) => parse<ExecutionRecord>(row['record']));
  }
  /** Executions that were under way, children of map runs left out: they begin anew with their parent's state. */
  running(): { readonly execution: ExecutionRecord; readonly checkpoint?: Checkpoint }[] {
    return this.#sql(
      "SELECT record, checkpoint FROM executions WHERE status = 'RUNNING' AND map_run_arn IS NULL ORDER BY started_at",
    )
      .all()
      .map((row) => ({
        execution: parse<ExecutionRecord>(row['record']),
        ...(row['checkpoint'] !== null && { checkpoint: parse<Checkpoint>(row['checkpoint']) }),
      }));
  }
  /** Children a killed process left behind. */
  runningChildren(): ExecutionRecord[] {
    return this.#sql("SELECT record FROM executions WHERE status = 'RUNNING' AND map_run_arn IS NOT NULL")
      .all()
      .map((row) => parse<ExecutionRecord>(row['record']));
  }
  checkpoint(arn: string): Checkpoint | undefined {
    this.flush();
    const row = this.#sql('SELECT checkpoint FROM executions WHERE arn = ?').get(arn);
    return row && row['checkpoint'] !== null ? parse<Checkpoint>(row['checkpoint']) : undefined;
  }
  putCheckpoint(arn: string, checkpoint: Checkpoint): void {
    const text = JSON.stringify(checkpoint);
    this.#defer(() => this.#sql('UPDATE executions SET checkpoint = ? WHERE arn = ?').run(text, arn));
  }

  appendEvent(arn: string, event: HistoryEvent): void {
    const text = JSON.stringify(event);
    this.#defer(() =>
      this.#sql('INSERT INTO events (execution_arn, id, event) VALUES (?, ?, ?)').run(arn, event.id, text),
    );
  }
  eventCount(arn: string): number {
    this.flush();
    return Number(this.#sql('SELECT count(*) AS n FROM events WHERE execution_arn = ?').get(arn)?.['n'] ?? 0);
  }
  /** Up to `limit` events after the first `offset`, from the first or from the last on. */
  events(arn: string, reverse: boolean, limit: number, offset: number): HistoryEvent[] {
    this.flush();
    return this.#sql(
      `SELECT event FROM events WHERE execution_arn = ? ORDER BY id ${reverse ? 'DESC' : 'ASC'} LIMIT ? OFFSET ?`,
    )
      .all(arn, limit, offset)
      .map((row) => parse<HistoryEvent>(row['event']));
  }

  putMapRun(run: MapRunRecord): void {
    this.#sql('INSERT OR REPLACE INTO map_runs (arn, execution_arn, record) VALUES (?, ?, ?)').run(
      run.arn,
      run.executionArn,
      JSON.stringify(run),
    );
  }
  mapRun(arn: string): MapRunRecord | undefined {
    const row = this.#sql('SELECT record FROM map_runs WHERE arn = ?').get(arn);
    return row && parse<MapRunRecord>(row['record']);
  }
  mapRuns(executionArn: string): MapRunRecord[] {
    return this.#sql('SELECT record FROM map_runs WHERE execution_arn = ? ORDER BY rowid')
      .all(executionArn)
      .map((row) => parse<MapRunRecord>(row['record']));
  }
  /** How many children of a map run there are by status, and the items they hold. */
  childCounts(mapRunArn: string): { readonly status: string; readonly children: number; readonly items: number }[] {
    return this.#sql(
      `SELECT status, count(*) AS children, sum(coalesce(record ->> '$.itemCount', 1)) AS items
       FROM executions WHERE map_run_arn = ? GROUP BY status`,
    )
      .all(mapRunArn)
      .map((row) => ({
        status: String(row['status']),
        children: Number(row['children']),
        items: Number(row['items']),
      }));
  }

  close(): void {
    this.flush();
    this.#db.close();
  }
}
