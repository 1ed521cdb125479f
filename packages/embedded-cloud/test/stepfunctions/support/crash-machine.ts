/** Everything an execution can be in the middle of, side by side. Delays are in seconds of the machine's clock. */

const lambda = (name: string): string => `arn:aws:lambda:eu-central-1:123456789012:function:${name}`;

const retry = [{ ErrorEquals: ['Shaky'], IntervalSeconds: 3, MaxAttempts: 2, BackoffRate: 2 }];

/** Items one by one, two at a time; the second fails at its first attempt. */
const inlineMap = {
  StartAt: 'EachItem',
  States: {
    EachItem: {
      Type: 'Map',
      Items: '{% $states.input.items %}',
      MaxConcurrency: 2,
      ItemSelector: { item: '{% $states.context.Map.Item.Value %}', made: '{% $uuid() %}' },
      ItemProcessor: {
        StartAt: 'Work',
        States: {
          Work: {
            Type: 'Task',
            Resource: lambda('work'),
            Arguments: { item: '{% $states.input.item %}', retry: '{% $states.context.State.RetryCount %}' },
            Retry: retry,
            Assign: { doubled: '{% $states.result %}' },
            Next: 'Pause',
          },
          Pause: { Type: 'Wait', Seconds: 1, Next: 'Inner' },
          Inner: {
            Type: 'Map',
            Items: '{% [1, 2] %}',
            ItemProcessor: {
              StartAt: 'Add',
              States: {
                Add: {
                  Type: 'Task',
                  Resource: lambda('add'),
                  Arguments: ['{% $doubled %}', '{% $states.input %}'],
                  End: true,
                },
              },
            },
            Output: '{% $sum($states.result) %}',
            End: true,
          },
        },
      },
      End: true,
    },
  },
};

/** A job of SageMaker, then an execution of another machine. */
const jobs = {
  StartAt: 'Train',
  States: {
    Train: {
      Type: 'Task',
      Resource: 'arn:aws:states:::sagemaker:createTrainingJob.sync',
      Arguments: { TrainingJobName: "{% 'job-' & $uuid() %}" },
      Output: '{% $states.result.TrainingJobStatus %}',
      Next: 'Nested',
    },
    Nested: {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Arguments: {
        StateMachineArn: 'arn:aws:states:eu-central-1:123456789012:stateMachine:nested',
        Input: { from: '{% $states.input %}' },
      },
      Output: '{% $states.result.Output %}',
      End: true,
    },
  },
};

/** The machine that the one above starts. */
export const nested = {
  Wait: { Type: 'Wait', Seconds: 2, Next: 'Tell' },
  Tell: { Type: 'Task', Resource: lambda('add'), Arguments: [20, 3], End: true },
};

/** A worker gets the token and answers in time. */
const token = {
  StartAt: 'Ask',
  States: {
    Ask: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: { FunctionName: 'ask', Payload: { token: '{% $states.context.Task.Token %}' } },
      TimeoutSeconds: 100_000,
      End: true,
    },
  },
};

/** Children of their own, in batches; one of them fails, which is put up with. */
const distributedMap = {
  StartAt: 'EachBatch',
  States: {
    EachBatch: {
      Type: 'Map',
      Items: '{% $states.input.items %}',
      ItemBatcher: { MaxItemsPerBatch: 2 },
      MaxConcurrency: 2,
      ToleratedFailureCount: 2,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Batch',
        States: {
          Batch: {
            Type: 'Task',
            Resource: lambda('batch'),
            Arguments: '{% $states.input.Items %}',
            Retry: [{ ErrorEquals: ['Shaky'], IntervalSeconds: 2, MaxAttempts: 1 }],
            Next: 'Rest',
          },
          Rest: { Type: 'Wait', Seconds: 1, End: true },
        },
      },
      Output: '{% $sum($states.result[$type($) = "number"]) %}',
      End: true,
    },
  },
};

/** One branch fails while the other waits, which is caught. */
const failure = {
  StartAt: 'Risk',
  States: {
    Risk: {
      Type: 'Parallel',
      Branches: [
        {
          StartAt: 'Soon',
          States: { Soon: { Type: 'Wait', Seconds: 2, Next: 'No' }, No: { Type: 'Fail', Error: 'No', Cause: 'way' } },
        },
        { StartAt: 'Late', States: { Late: { Type: 'Wait', Seconds: 50_000, End: true } } },
      ],
      Catch: [{ ErrorEquals: ['No'], Next: 'Caught', Output: '{% $states.errorOutput.Error %}' }],
      End: true,
    },
    Caught: { Type: 'Wait', Seconds: 1, End: true },
  },
};

/** The states of the machine. */
export const everything = {
  All: {
    Type: 'Parallel',
    Branches: [inlineMap, jobs, token, distributedMap, failure],
    Next: 'After',
  },
  After: { Type: 'Task', Resource: lambda('add'), Arguments: [1, 1], Output: '{% $states.input %}', End: true },
};

export const input = { items: [1, 2, 3, 4, 5] };

/** Its result, with or without a crash in between. */
export const expected = [[7, 11, 15, 19, 23], 23, 'answered', 10, 'No'];
