import { setTimeout as sleep } from 'node:timers/promises';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { RawRow } from '#domain/data/online';
import { type ApiAnswer, apiAnswerSchema } from '#schemas/events/prediction-api';
import type { Project } from './project.ts';
import { pipeline } from './project.ts';

/** A request of the load and what came of it. */
export interface Sent {
  /** Which of the rows it sent. */
  readonly row: number;
  /** When it was due, in ms since the load began. */
  readonly due: number;
  /** From then to its answer, in ms. */
  readonly latency: number;
  readonly version?: number;
  readonly score?: number;
  /** Why there is no answer. */
  readonly error?: string;
}

/** Sends one row to the prediction API, signed. @throws Error for any answer but a 200 */
export function apiClient({ cloud }: Pick<Project, 'cloud'>): (row: RawRow) => Promise<ApiAnswer> {
  const { region, admin: credentials, outputs } = cloud;
  const signer = new SignatureV4({ credentials, region, service: 'execute-api', sha256: Sha256 });
  const api = new URL(`${outputs['PredictionApiUrl']}/pipelines/${pipeline}/predict`);
  return async (row) => {
    const body = JSON.stringify({ rows: [row] });
    const { headers } = await signer.sign({
      ...{ method: 'POST', protocol: api.protocol, hostname: api.hostname, path: api.pathname, body },
      headers: { host: api.host, 'content-type': 'application/json' },
    });
    const answer = await fetch(api, { method: 'POST', headers, body });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${answer.status} ${text.slice(0, 200)}`);
    return apiAnswerSchema.parse(JSON.parse(text));
  };
}

/** An open-model load that lasts until it is stopped (see `openLoad`). */
export function startLoad(ask: (row: RawRow) => Promise<ApiAnswer>, rate: number, rows: readonly RawRow[]) {
  const sent: Sent[] = [];
  const pending = new Set<Promise<void>>();
  const began = performance.now();
  let over = false;
  const sending = (async () => {
    for (let i = 0; !over; i++) {
      const due = (i / rate) * 1000;
      await sleep(Math.max(0, began + due - performance.now()));
      const row = i % rows.length;
      const request = ask(rows[row] ?? {}).then(
        ({ model, predictions: [first] }) => {
          const score = first && 'score' in first ? first.score : Number.NaN;
          sent.push({ row, due, latency: performance.now() - began - due, version: model.version, score });
        },
        ({ message }: Error) => void sent.push({ row, due, latency: performance.now() - began - due, error: message }),
      );
      pending.add(request);
      void request.then(() => pending.delete(request));
    }
  })();
  return {
    /** Milliseconds since the load began. */
    now: () => performance.now() - began,
    async stop(): Promise<readonly Sent[]> {
      over = true;
      await sending;
      await Promise.all(pending);
      return sent.toSorted((a, b) => a.due - b.due);
    },
  };
}
