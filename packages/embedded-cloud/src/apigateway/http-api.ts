/** A route: `POST /pipelines/{name}/predict`. */
export interface Route {
  readonly key: string;
  readonly method: string;
  /** Segments of the path; `{name}` stands for one of any text. */
  readonly segments: readonly string[];
  readonly integration: string;
  /** Whether it takes requests that nobody signed: `AuthorizationType: NONE`. */
  readonly open: boolean;
}

/** A Lambda function behind routes. */
export interface Integration {
  readonly functionArn: string;
  readonly timeoutMs: number;
}

/** The limits of a stage's routes: requests a second, and how many at once beyond that. */
export interface Limits {
  readonly rate: number;
  readonly burst: number;
}

/** The HTTP API of a template, by the logical ids of its parts. */
export interface HttpApi {
  readonly id: string;
  readonly routes: Map<string, Route>;
  readonly integrations: Map<string, Integration>;
  /** The account's limits until a stage has its own. */
  limits: Limits;
  /** Limits of single routes, by their keys. */
  routeLimits: ReadonlyMap<string, Limits>;
}

/** An account's limits for all of its APIs (API Gateway Developer Guide, "Amazon API Gateway quotas"). */
export const ACCOUNT_LIMITS: Limits = { rate: 10_000, burst: 5000 };

/** Reads a route key. @throws Error for a form that is not emulated */
export function parseRoute(key: string, integration: string, open = false): Route {
  const [, method, path] = /^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|ANY) (\/\S*)$/.exec(key) ?? [];
  if (method === undefined || path === undefined || /\{\w+\+\}/.test(path)) {
    throw new Error(`RouteKey ${key} is not emulated: write a method and a path, as "GET /orders/{id}".`);
  }
  return { key, method, segments: path.split('/').slice(1), integration, open };
}

const decoded = (segment: string): string | undefined => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
};

/** The parameters of a path that a route matches; undefined when it does not. */
function parametersOf({ segments }: Route, path: string): Record<string, string> | undefined {
  const given = path.split('/').slice(1).map(decoded);
  if (given.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) {
    const value = given[i];
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (value === undefined || (name === undefined ? value !== segment : value === '')) return undefined;
    if (name !== undefined) parameters[name] = value;
  }
  return parameters;
}

/** The route for a request: the one with the fewest parameters that matches (Developer Guide, "Create routes for HTTP APIs"). */
export function findRoute(
  routes: Iterable<Route>,
  method: string,
  path: string,
): { readonly route: Route; readonly parameters: Readonly<Record<string, string>> } | undefined {
  return [...routes]
    .flatMap((route) => {
      const parameters = route.method === method || route.method === 'ANY' ? parametersOf(route, path) : undefined;
      return parameters ? [{ route, parameters }] : [];
    })
    .toSorted((a, b) => Object.keys(a.parameters).length - Object.keys(b.parameters).length)[0];
}
