import { getAtt, type Resource, ref, sub } from './cloudformation.ts';

/** The throttling of the API: requests a second, and how many at once beyond that. */
export interface ApiLimits {
  readonly rate: number;
  readonly burst: number;
}

/** API Gateway waits at most 30 seconds for a function (API Gateway Developer Guide, "Quotas for configuring and running an HTTP API"). */
const timeoutMs = 30_000;

const slackRoute = 'POST /slack/interactions';
/** People press buttons; more requests than these are no people. */
const slackLimits: ApiLimits = { rate: 5, burst: 10 };

/** Lets API Gateway invoke a function for one route. */
const permission = (name: string, route: string): Resource => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: ref(name),
    Principal: 'apigateway.amazonaws.com',
    SourceArn: sub(
      `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${PredictionApi}/*/${route.replace(' ', '')}`,
    ),
  },
});

/** A function behind the API. */
const integration = (name: string): Resource => ({
  Type: 'AWS::ApiGatewayV2::Integration',
  Properties: {
    ApiId: ref('PredictionApi'),
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: getAtt(name, 'Arn'),
    PayloadFormatVersion: '2.0',
    TimeoutInMillis: timeoutMs,
  },
});

/**
 * The route for Slack. Slack signs its requests itself, which IAM cannot check: the function does (domain/slack/signature.ts), and until
 * the signing secret is set it refuses every request.
 */
const slackParts = (): Record<string, Resource> => ({
  SlackIntegration: integration('AnswerSlackLambdaFunction'),
  SlackRoute: {
    Type: 'AWS::ApiGatewayV2::Route',
    Metadata: {
      checkov: { skip: [{ id: 'CKV_AWS_309', comment: 'the function verifies the signature of Slack' }] },
    },
    Properties: {
      ApiId: ref('PredictionApi'),
      RouteKey: slackRoute,
      AuthorizationType: 'NONE',
      Target: sub('integrations/${SlackIntegration}'),
    },
  },
  SlackPermission: permission('AnswerSlackLambdaFunction', slackRoute),
});

/**
 * The HTTP API: a route for applications, whose callers are signed in by IAM, and one for Slack; both throttled. An HTTP API rather than a function URL, which knows no
 * limit but the function's concurrency; rather than a REST API, which costs more than three times as much a request, and whose keys are
 * one more secret to hand around.
 */
export function api(stage: string, { rate, burst }: ApiLimits): Record<string, Resource> {
  const route = 'POST /pipelines/{name}/predict';
  return {
    PredictionApi: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: { Name: `tidegate-${stage}-predictions`, ProtocolType: 'HTTP' },
    },
    PredictionIntegration: integration('ServePredictionsLambdaFunction'),
    PredictionRoute: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: ref('PredictionApi'),
        RouteKey: route,
        AuthorizationType: 'AWS_IAM',
        Target: sub('integrations/${PredictionIntegration}'),
      },
    },
    PredictionStage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      // settings of a route need the route
      DependsOn: 'SlackRoute',
      Properties: {
        ApiId: ref('PredictionApi'),
        StageName: '$default',
        AutoDeploy: true,
        DefaultRouteSettings: { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst },
        RouteSettings: {
          [slackRoute]: { ThrottlingRateLimit: slackLimits.rate, ThrottlingBurstLimit: slackLimits.burst },
        },
      },
    },
    PredictionPermission: permission('ServePredictionsLambdaFunction', route),
    ...slackParts(),
  };
}
