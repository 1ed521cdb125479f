import { randomUUID } from 'node:crypto';

interface LoggedRun {
  readonly run_id: string;
  readonly experiment: string;
  readonly params: Map<string, string>;
  readonly tags: Map<string, string>;
  /** Points as JSON: logging one twice leaves one, as in MLflow's store. */
  readonly metrics: Set<string>;
  readonly artifacts: Map<string, string>;
  status: string;
  end_time?: number;
}
type Body = Record<string, unknown>;
type Pair = { readonly key: string; readonly value: string };

/** MLflow's REST API as far as the tracker uses it. `test/e2e/mlflow.data.ts` asks a real server. */
export interface FakeMlflow {
  readonly fetch: typeof fetch;
  readonly runs: LoggedRun[];
  readonly models: Map<string, { version: string; run_id: string; source: string; tags: Map<string, string> }[]>;
  readonly aliases: Map<string, string>;
  readonly experiments: Map<string, { id: string; lifecycle: string }>;
  /** Each request as `METHOD path`, with its headers. */
  readonly requests: { readonly line: string; readonly headers: Headers; readonly body: Body }[];
  /** Answers the requests whose line contains the text by something else, from now on. */
  answer(part: string, response: () => Response | Promise<Response>): void;
}

const refusal = (status: number, error_code: string) =>
  Response.json({ error_code, message: `${error_code} it says` }, { status });
const missing = () => refusal(404, 'RESOURCE_DOES_NOT_EXIST');

/** @param root of the artifacts of each run, before its id */
export function fakeMlflow(root = 'mlflow-artifacts:/7/'): FakeMlflow {
  const fake: Omit<FakeMlflow, 'fetch' | 'answer'> = {
    runs: [],
    models: new Map(),
    aliases: new Map(),
    experiments: new Map(),
    requests: [],
  };
  const answers: { readonly part: string; readonly response: () => Response | Promise<Response> }[] = [];
  const info = ({ run_id }: LoggedRun) => ({ info: { run_id, artifact_uri: `${root}${run_id}/artifacts` } });
  const own = (body: Body) => fake.runs.find(({ run_id }) => run_id === body['run_id']);
  const pairsOf = (body: Body, name: string) => (body[name] ?? []) as readonly Pair[];
  const quotedIn = (text: string) => [...text.matchAll(/'([^']*)'/g)].map(([, value]) => value);

  const routes: Record<string, (body: Body, query: URLSearchParams) => Response> = {
    'GET experiments/get-by-name': (_, query) => {
      const found = fake.experiments.get(query.get('experiment_name') ?? '');
      return found
        ? Response.json({ experiment: { experiment_id: found.id, lifecycle_stage: found.lifecycle } })
        : missing();
    },
    'POST experiments/create': ({ name }) => {
      if (fake.experiments.has(String(name))) return refusal(400, 'RESOURCE_ALREADY_EXISTS');
      fake.experiments.set(String(name), { id: String(fake.experiments.size + 1), lifecycle: 'active' });
      return Response.json({ experiment_id: fake.experiments.get(String(name))?.id });
    },
    'POST runs/search': ({ filter }) => {
      const [runId] = quotedIn(String(filter));
      return Response.json({ runs: fake.runs.filter(({ tags }) => tags.get('tidegate.run_id') === runId).map(info) });
    },
    'POST runs/create': (body) => {
      const run: LoggedRun = {
        run_id: randomUUID().replaceAll('-', ''),
        experiment: String(body['experiment_id']),
        params: new Map(),
        tags: new Map(pairsOf(body, 'tags').map(({ key, value }) => [key, value])),
        metrics: new Set(),
        artifacts: new Map(),
        status: 'RUNNING',
      };
      fake.runs.push(run);
      return Response.json({ run: info(run) });
    },
    'POST runs/log-batch': (body) => {
      const run = own(body);
      if (!run || pairsOf(body, 'params').length > 100 || pairsOf(body, 'tags').length > 100)
        return refusal(400, 'INVALID_PARAMETER_VALUE');
      for (const { key, value } of pairsOf(body, 'params')) run.params.set(key, value);
      for (const { key, value } of pairsOf(body, 'tags')) run.tags.set(key, value);
      for (const point of (body['metrics'] ?? []) as object[]) run.metrics.add(JSON.stringify(point));
      return Response.json({});
    },
    'POST runs/update': (body) => {
      const run = own(body);
      if (!run) return missing();
      run.status = String(body['status']);
      if (typeof body['end_time'] === 'number') run.end_time = body['end_time'];
      return Response.json({});
    },
    'POST registered-models/create': ({ name }) => {
      if (fake.models.has(String(name))) return refusal(400, 'RESOURCE_ALREADY_EXISTS');
      fake.models.set(String(name), []);
      return Response.json({});
    },
    'GET model-versions/search': (_, query) => {
      const [name = '', wanted] = quotedIn(query.get('filter') ?? '');
      const versions = fake.models.get(name) ?? [];
      const found = versions.filter(({ run_id, tags }) => run_id === wanted || tags.get('tidegate.run_id') === wanted);
      return Response.json({ model_versions: found.map(({ version, run_id }) => ({ name, version, run_id })) });
    },
    'POST model-versions/create': (body) => {
      const versions = fake.models.get(String(body['name'])) ?? [];
      versions.push({
        version: String(versions.length + 1),
        run_id: String(body['run_id']),
        source: String(body['source']),
        tags: new Map(pairsOf(body, 'tags').map(({ key, value }) => [key, value])),
      });
      return Response.json({});
    },
    'POST registered-models/alias': ({ name, alias, version }) => {
      fake.aliases.set(`${name}@${alias}`, String(version));
      return Response.json({});
    },
    'DELETE registered-models/alias': ({ name, alias }) =>
      fake.aliases.delete(`${name}@${alias}`) ? Response.json({}) : missing(),
  };

  const fetched: typeof fetch = async (input, init) => {
    const url = new URL(String(input));
    const path = url.pathname.replace(/^.*?\/api\/2\.0\/(mlflow\/)?/, '');
    const line = `${init?.method} ${path}`;
    const text = String(init?.body ?? '');
    const isFile = path.startsWith('mlflow-artifacts/');
    const body = text === '' || isFile ? {} : (JSON.parse(text) as Body);
    fake.requests.push({ line, headers: new Headers(init?.headers), body });
    const special = answers.find(({ part }) => line.includes(part));
    if (special) return special.response();
    if (isFile) {
      const [, run_id = '', name = ''] = /\/([0-9a-f]{32})\/artifacts\/(.+)$/.exec(path) ?? [];
      own({ run_id })?.artifacts.set(name, text);
      return new Response('{}');
    }
    return routes[line]?.(body, url.searchParams) ?? refusal(404, 'ENDPOINT_NOT_FOUND');
  };
  return { ...fake, fetch: fetched, answer: (part, response) => answers.push({ part, response }) };
}
