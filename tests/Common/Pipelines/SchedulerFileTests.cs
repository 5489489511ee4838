using Diptych.Common.Diffusion;
using Diptych.Common.Pipelines;

namespace Diptych.Tests.Common.Pipelines;

public sealed class SchedulerFileTests
{
    [Theory]
    [InlineData("""{"prediction_type":"epsilon","lambda_min_clipped":-Infinity}""", """{"prediction_type": "v_prediction","lambda_min_clipped":-Infinity}""")]
    [InlineData("""{"_class_name": "DDIMScheduler", "prediction_type" : null}""", """{"_class_name": "DDIMScheduler", "prediction_type": "v_prediction"}""")]
    [InlineData("""{"_class_name": "DDIMScheduler"}""", "{\n  \"prediction_type\": \"v_prediction\",\"_class_name\": \"DDIMScheduler\"}")]
    public void The_prediction_type_is_put_in_and_the_rest_stays(string text, string expected)
    {
        Assert.Equal(expected, SchedulerFile.WithPrediction(text, PredictionType.VPrediction));
        Assert.Equal(text, SchedulerFile.WithPrediction(text, null));
    }

    [Theory]
    [InlineData(PredictionType.Epsilon)]
    [InlineData(PredictionType.VPrediction)]
    [InlineData(PredictionType.Sample)]
    public void What_is_written_is_read_again(PredictionType prediction) =>
        Assert.Equal(prediction, SchedulerConfig.Parse("test", SchedulerFile.WithPrediction("""{"_class_name": "DDIMScheduler"}""", prediction)).PredictionType);
}
