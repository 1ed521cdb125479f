import { AwsError, type CloudService } from '#src/cloud/service';
import { bundledModel } from '#src/sagemaker/validation/request';
import { checkShape } from '#src/service-model/check';

/**
 * SageMaker whose answers are checked against AWS's service model: members that it does not know, that are missing, or of
 * another type fail the request, and so the test.
 */
export const withCheckedAnswers = (service: CloudService): CloudService => ({
  ...service,
  prepare: async (request) => {
    const call = await service.prepare(request);
    const shape = bundledModel.operations[call.operation]?.output?.shape;
    return {
      ...call,
      execute: async () => {
        const response = await call.execute();
        if (shape === undefined || typeof response.body !== 'string') return response;
        const faults = checkShape(bundledModel, shape, JSON.parse(response.body)).map(
          ({ path, constraint }) => `${JSON.stringify(path)}: ${constraint.slice(0, 300)}`,
        );
        if (faults.length > 0) throw new AwsError('UntrueAnswer', `${call.operation}: ${faults.join('; ')}`, 500);
        return response;
      },
    };
  },
});
