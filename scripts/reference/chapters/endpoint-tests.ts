import type { EndpointTestKind } from '#domain/endpoint-tests/endpoint-test';
import { ENDPOINT_TESTS, endpointTestSchemaOf } from '#domain/endpoint-tests/registry';
import type { Chapter, Kind } from '../chapter.ts';
import { jsonSchemaOf, settingsOf } from '../settings.ts';
import { block } from '../yaml.ts';

const registered = ENDPOINT_TESTS as unknown as readonly EndpointTestKind[];

/** The kinds of endpoint tests. */
export const endpointTests = (kinds = registered): Chapter => ({
  title: 'Endpoint tests',
  text: [
    'Tests are no part of the pipeline file: they are items of the endpoint-tests table. Write a test as YAML or JSON in a file of its own, then:',
    '```sh\nnpx tidegate tests put churn my-test.yml   # adds it, or replaces the test of this id\nnpx tidegate tests run churn               # runs all tests of the endpoint\n```',
    'An endpoint gets a default test of each kind with its first deployment. In the table, `pk` is the name of the endpoint and `sk` is `test#` and the id.',
  ].join('\n\n'),
  kinds: kinds.map(({ name, summary, schema, example }): Kind => {
    const json = jsonSchemaOf(schema);
    return {
      name,
      summary,
      settings: settingsOf(json),
      example,
      yaml: Object.entries(example)
        .flatMap(([key, value]) => block(key, value, ''))
        .join('\n'),
      required: json.required ?? [],
      problem: (test) => endpointTestSchemaOf(kinds).safeParse(test).error?.message,
    };
  }),
});
