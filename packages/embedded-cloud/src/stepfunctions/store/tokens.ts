import type { TurnDatabase } from '../../cloud/turn-database.ts';
import type { Json } from '../asl.ts';

export const tokenSchema = `
  CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY, execution_arn TEXT NOT NULL, machine_arn TEXT NOT NULL, answer TEXT) STRICT;
  CREATE INDEX IF NOT EXISTS tokens_by_execution ON tokens (execution_arn);
`;

/** The answer of the holder of a task token. */
export type TokenAnswer =
  | { readonly output: Json }
  | { readonly error: string | undefined; readonly cause: string | undefined };

/** The tokens of all tasks that wait for one, with their answers until the task has taken them. */
export class TokenStore {
  readonly #db: TurnDatabase;

  constructor(db: TurnDatabase) {
    this.#db = db;
  }

  add(token: string, executionArn: string, machineArn: string): void {
    this.#db.run('INSERT INTO tokens VALUES (?, ?, ?, NULL)', token, executionArn, machineArn);
  }

  /** A token whose task has not ended. */
  find(token: string): { readonly machineArn: string; readonly answer?: TokenAnswer } | undefined {
    const row = this.#db.get('SELECT machine_arn, answer FROM tokens WHERE token = ?', token);
    if (!row) return undefined;
    const answer = row['answer'];
    return {
      machineArn: String(row['machine_arn']),
      ...(typeof answer === 'string' && { answer: JSON.parse(answer) as TokenAnswer }),
    };
  }

  answer(token: string, answer: TokenAnswer): void {
    this.#db.run('UPDATE tokens SET answer = ? WHERE token = ?', JSON.stringify(answer), token);
  }

  remove(token: string): void {
    this.#db.run('DELETE FROM tokens WHERE token = ?', token);
  }

  removeOf(executionArn: string): void {
    this.#db.run('DELETE FROM tokens WHERE execution_arn = ?', executionArn);
  }
}
