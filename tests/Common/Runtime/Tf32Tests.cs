using Diptych.Common.Runtime;

namespace Diptych.Tests.Common.Runtime;

public sealed class Tf32Tests
{
    [Fact]
    public void The_switch_stays_as_it_was_set()
    {
        var before = Tf32.Allowed;
        try
        {
            Tf32.Allowed = true;
            Assert.True(Tf32.Allowed);
            Tf32.Allowed = false;
            Assert.False(Tf32.Allowed);
        }
        finally
        {
            Tf32.Allowed = before;
        }
    }
}
