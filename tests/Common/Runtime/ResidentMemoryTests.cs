using Diptych.Common.Runtime;

namespace Diptych.Tests.Common.Runtime;

public sealed class ResidentMemoryTests
{
    [Theory]
    [InlineData("VmHWM:\t 4404480 kB", 4404480L * 1024)]
    [InlineData("VmHWM:\t14404480 kB", 14404480L * 1024)]
    public void The_systems_line_is_read_however_long_its_number_is(string line, long bytes) => Assert.Equal(bytes, ResidentMemory.Parse(line));

    [Fact]
    public void This_process_has_some() => Assert.InRange(ResidentMemory.Peak, 10_000_000, 1L << 40);
}
