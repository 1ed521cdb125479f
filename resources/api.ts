import { getAtt, type Resource, ref, sub } from './cloudformation.ts';

/** The throttling of the API: requests a second, and how many at once beyond that. */
export interface ApiLimits {
  readonly rate: number;
  readonly burst: number;
}

/** API Gateway waits at most 30 seconds for a function (API Gateway Developer Guide, "Quotas for configuring and running an HTTP API"). */
const timeoutMs = 30_000;

/**
 * The HTTP API for applications: one route, callers signed in by IAM, throttled. An HTTP API rather than a function URL, which knows no
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
    PredictionIntegration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: ref('PredictionApi'),
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: getAtt('ServePredictionsLambdaFunction', 'Arn'),
        PayloadFormatVersion: '2.0',
        TimeoutInMillis: timeoutMs,
      },
    },
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
      Properties: {
        ApiId: ref('PredictionApi'),
        StageName: '$default',
        AutoDeploy: true,
        DefaultRouteSettings: { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst },
      },
    },
    PredictionPermission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: ref('ServePredictionsLambdaFunction'),
        Principal: 'apigateway.amazonaws.com',
        SourceArn: sub(
          `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${PredictionApi}/*/${route.replace(' ', '')}`,
        ),
      },
    },
  };
}
