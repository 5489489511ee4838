using Diptych.Reports.Data;

namespace Diptych.Tests.Reports.Data;

public sealed class ArmIdsTests
{
    [Fact]
    public void The_model_as_it_came_has_learned_nothing() =>
        Assert.Equal(["ti", "db", "db-prior"], ArmIds.All.Where(ArmIds.IsTrained));
}
