import type { TurnDatabase } from '../../cloud/turn-database.ts';
import type { Json } from '../asl.ts';
import type { ChildWork } from '../interpreter/environment.ts';

export const mapWorkSchema = `
  CREATE TABLE IF NOT EXISTS map_work (
    map_run_arn TEXT NOT NULL, position INTEGER NOT NULL, input TEXT NOT NULL, items INTEGER NOT NULL, child TEXT,
    PRIMARY KEY (map_run_arn, position)) STRICT, WITHOUT ROWID;
`;

/** The work of the map runs in progress: stored before the first child starts, so that a restart reads nothing again. */
export class MapWorkStore {
  readonly #db: TurnDatabase;

  constructor(db: TurnDatabase) {
    this.#db = db;
  }

  plan(mapRunArn: string, work: readonly ChildWork[]): void {
    for (const [position, { input, items }] of work.entries()) {
      this.#db.run('INSERT INTO map_work VALUES (?, ?, ?, ?, NULL)', mapRunArn, position, JSON.stringify(input), items);
    }
  }

  of(mapRunArn: string): ChildWork[] {
    return this.#db
      .all('SELECT input, items FROM map_work WHERE map_run_arn = ? ORDER BY position', mapRunArn)
      .map((row) => ({ input: JSON.parse(String(row['input'])) as Json, items: Number(row['items']) }));
  }

  /** The ARN of the execution that works on a position, once it was started. */
  child(mapRunArn: string, position: number): string | undefined {
    const row = this.#db.get('SELECT child FROM map_work WHERE map_run_arn = ? AND position = ?', mapRunArn, position);
    return typeof row?.['child'] === 'string' ? row['child'] : undefined;
  }

  started(mapRunArn: string, position: number, child: string): void {
    this.#db.run('UPDATE map_work SET child = ? WHERE map_run_arn = ? AND position = ?', child, mapRunArn, position);
  }

  forget(mapRunArn: string): void {
    this.#db.run('DELETE FROM map_work WHERE map_run_arn = ?', mapRunArn);
  }
}
