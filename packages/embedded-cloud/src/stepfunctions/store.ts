import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SQLOutputValue } from 'node:sqlite';
import { type EventOutbox, eventOutbox, eventOutboxSchema } from '../cloud/event-outbox.ts';
import type { CloudContext } from '../cloud/service.ts';
import { TurnDatabase } from '../cloud/turn-database.ts';
import type { HistoryEvent } from './interpreter/history.ts';
import type { Checkpoint } from './interpreter/journal.ts';
import { LineStore, lineSchema } from './store/lines.ts';
import { MapWorkStore, mapWorkSchema } from './store/map-work.ts';
import { TokenStore, tokenSchema } from './store/tokens.ts';

/** A state machine, as stored. Times are milliseconds since the epoch. */
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

/** An execution, as stored: with the definition and the role it was started with. */
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
    started_at REAL NOT NULL, record TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS executions_by_machine ON executions (machine_arn, started_at);
  CREATE INDEX IF NOT EXISTS executions_by_map_run ON executions (map_run_arn, started_at);
  CREATE INDEX IF NOT EXISTS executions_by_status ON executions (status);
  CREATE TABLE IF NOT EXISTS events (
    execution_arn TEXT NOT NULL, id INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY (execution_arn, id)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS map_runs (arn TEXT PRIMARY KEY, execution_arn TEXT NOT NULL, record TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS map_runs_by_execution ON map_runs (execution_arn);
  ${lineSchema} ${tokenSchema} ${mapWorkSchema} ${eventOutboxSchema}
`;

const parse = <T>(text: SQLOutputValue | undefined): T => JSON.parse(String(text)) as T;

/**
 * Everything Step Functions keeps, in one SQLite file written turn by turn (see `TurnDatabase`): the events of a step,
 * the threads that took it, the new status and its event are stored together or not at all.
 */
export class StepFunctionsStore {
  readonly lines: LineStore;
  readonly tokens: TokenStore;
  readonly mapWork: MapWorkStore;
  /** Status changes on their way to the bus. */
  readonly outbox: EventOutbox;
  readonly #db: TurnDatabase;

  /** @param context its `stateDir` holds the file `stepfunctions/stepfunctions.sqlite` */
  constructor(context: Pick<CloudContext, 'stateDir' | 'clock' | 'emit' | 'log'>) {
    const folder = join(context.stateDir, 'stepfunctions');
    mkdirSync(folder, { recursive: true });
    this.#db = new TurnDatabase(join(folder, 'stepfunctions.sqlite'), schema, () => this.outbox.send());
    this.lines = new LineStore(this.#db);
    this.tokens = new TokenStore(this.#db);
    this.mapWork = new MapWorkStore(this.#db);
    this.outbox = eventOutbox(this.#db, context);
  }

  /** Resolves once everything done so far, and what follows from it by promises alone, is stored. */
  committed(): Promise<void> {
    return this.#db.committed();
  }

  putMachine(machine: MachineRecord): void {
    this.#db.run('INSERT OR REPLACE INTO machines (arn, record) VALUES (?, ?)', machine.arn, JSON.stringify(machine));
  }
  machine(arn: string): MachineRecord | undefined {
    const row = this.#db.get('SELECT record FROM machines WHERE arn = ?', arn);
    return row && parse<MachineRecord>(row['record']);
  }
  machines(): MachineRecord[] {
    return this.#db.all('SELECT record FROM machines ORDER BY arn').map((row) => parse<MachineRecord>(row['record']));
  }
  deleteMachine(arn: string): void {
    this.#db.run('DELETE FROM machines WHERE arn = ?', arn);
  }

  putExecution(execution: ExecutionRecord): void {
    this.#db.run(
      `INSERT INTO executions (arn, machine_arn, map_run_arn, status, started_at, record) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (arn) DO UPDATE SET status = excluded.status, record = excluded.record`,
      execution.arn,
      execution.machineArn,
      execution.mapRunArn ?? null,
      execution.status,
      execution.startedAt,
      JSON.stringify(execution),
    );
  }
  execution(arn: string): ExecutionRecord | undefined {
    const row = this.#db.get('SELECT record FROM executions WHERE arn = ?', arn);
    return row && parse<ExecutionRecord>(row['record']);
  }
  /** Executions of a machine or of a map run, newest first. */
  executions(
    by: { readonly machineArn: string } | { readonly mapRunArn: string },
    { status, redriven }: { readonly status?: string; readonly redriven?: boolean },
    limit: number,
    offset: number,
  ): ExecutionRecord[] {
    const [column, value] = 'machineArn' in by ? ['machine_arn', by.machineArn] : ['map_run_arn', by.mapRunArn];
    return this.#db
      .all(
        `SELECT record FROM executions WHERE ${column} = ?1 AND (?2 IS NULL OR status = ?2)
           AND (?3 IS NULL OR (record ->> '$.redriveCount' > 0) = ?3)
         ORDER BY started_at DESC, rowid DESC LIMIT ?4 OFFSET ?5`,
        value,
        status ?? null,
        redriven === undefined ? null : Number(redriven),
        limit,
        offset,
      )
      .map((row) => parse<ExecutionRecord>(row['record']));
  }
  /** Executions that were in progress, children of map runs left out: their parent's state takes those up. */
  running(): ExecutionRecord[] {
    return this.#db
      .all("SELECT record FROM executions WHERE status = 'RUNNING' AND map_run_arn IS NULL ORDER BY started_at")
      .map((row) => parse<ExecutionRecord>(row['record']));
  }
  /** Where an execution that failed stood, for a redrive. */
  checkpoint(arn: string): Checkpoint | undefined {
    return this.lines.of(arn).get('')?.position;
  }

  appendEvent(arn: string, event: HistoryEvent): void {
    this.#db.run(
      'INSERT INTO events (execution_arn, id, event) VALUES (?, ?, ?)',
      arn,
      event.id,
      JSON.stringify(event),
    );
  }
  eventCount(arn: string): number {
    return Number(this.#db.get('SELECT count(*) AS n FROM events WHERE execution_arn = ?', arn)?.['n'] ?? 0);
  }
  /** Up to `limit` events after the first `offset`, from the first or from the last on. */
  events(arn: string, reverse: boolean, limit: number, offset: number): HistoryEvent[] {
    return this.#db
      .all(
        `SELECT event FROM events WHERE execution_arn = ? ORDER BY id ${reverse ? 'DESC' : 'ASC'} LIMIT ? OFFSET ?`,
        arn,
        limit,
        offset,
      )
      .map((row) => parse<HistoryEvent>(row['event']));
  }

  putMapRun(run: MapRunRecord): void {
    this.#db.run(
      'INSERT OR REPLACE INTO map_runs (arn, execution_arn, record) VALUES (?, ?, ?)',
      run.arn,
      run.executionArn,
      JSON.stringify(run),
    );
  }
  mapRun(arn: string): MapRunRecord | undefined {
    const row = this.#db.get('SELECT record FROM map_runs WHERE arn = ?', arn);
    return row && parse<MapRunRecord>(row['record']);
  }
  mapRuns(executionArn: string): MapRunRecord[] {
    return this.#db
      .all('SELECT record FROM map_runs WHERE execution_arn = ? ORDER BY rowid', executionArn)
      .map((row) => parse<MapRunRecord>(row['record']));
  }
  /** How many children of a map run there are by status, and the items they hold. */
  childCounts(mapRunArn: string): { readonly status: string; readonly children: number; readonly items: number }[] {
    return this.#db
      .all(
        `SELECT status, count(*) AS children, sum(coalesce(record ->> '$.itemCount', 1)) AS items
         FROM executions WHERE map_run_arn = ? GROUP BY status`,
        mapRunArn,
      )
      .map((row) => ({
        status: String(row['status']),
        children: Number(row['children']),
        items: Number(row['items']),
      }));
  }

  close(): void {
    this.#db.close();
  }
}
