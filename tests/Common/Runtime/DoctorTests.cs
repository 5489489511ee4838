using System.Text;
using System.Text.Json;
using Diptych.Common.Runtime;

namespace Diptych.Tests.Common.Runtime;

public sealed class DoctorTests
{
    [Fact]
    public void A_machine_that_runs_these_tests_is_usable_and_every_part_is_looked_at()
    {
        var report = Doctor.Examine(Path.GetTempPath());

        Assert.True(report.Usable, report.ToJson());
        Assert.Subset(
            report.Findings.Select(f => f.Name).ToHashSet(),
            new HashSet<string> { "system", "DIPTYCH_LIBTORCH", "libtorch", "arithmetic", "dispatcher", "autocast", "CUDA", "threads", "bf16", "memory", "pictures", "output folder" });
    }

    [Fact]
    public void The_report_as_json_has_a_remedy_for_each_problem()
    {
        var report = new DoctorReport([DoctorFinding.Fine("a", "there"), DoctorFinding.Problem("b", "missing", "install it.")]);

        var json = JsonDocument.Parse(report.ToJson()).RootElement;

        Assert.False(report.Usable);
        Assert.False(json.GetProperty("usable").GetBoolean());
        Assert.Equal("problem", json.GetProperty("checks")[1].GetProperty("status").GetString());
        Assert.Equal("install it.", json.GetProperty("checks")[1].GetProperty("remedy").GetString());
    }

    [Fact]
    public void The_newest_symbol_version_is_read_as_a_version_and_not_as_text() =>
        Assert.Equal(new Version(3, 4, 32), DoctorNative.Largest(Encoding.ASCII.GetBytes("..GLIBCXX_3.4.9\0GLIBCXX_3.4.32\0GLIBCXX_DEBUG\0GLIBCXX_3.4.4\0"), "GLIBCXX_"));

    [Theory]
    [InlineData("GLIBC_", "2.34", "2.36", DoctorStatus.Fine)]
    [InlineData("GLIBC_", "2.34", "2.31", DoctorStatus.Problem)]
    [InlineData("GLIBCXX_", "3.4.32", "3.4.30", DoctorStatus.Fine)]
    [InlineData("GLIBC_", "2.34", null, DoctorStatus.Note)]
    public void A_c_library_too_old_is_a_problem_and_a_cpp_library_too_old_is_patched(string prefix, string needed, string? found, DoctorStatus status) =>
        Assert.Equal(status, DoctorNative.Judge("library", prefix, Version.Parse(needed), found is null ? null : Version.Parse(found)).Status);

    [Theory]
    [InlineData("flags\t\t: fpu avx2 avx512f", DoctorStatus.Note)]
    [InlineData("flags\t\t: fpu avx512_bf16 amx_bf16", DoctorStatus.Fine)]
    [InlineData("", DoctorStatus.Note)]
    public void Bf16_is_advised_only_where_the_processor_has_it(string description, DoctorStatus status) =>
        Assert.Equal(status, DoctorProcessor.Bf16(description).Status);

    [Fact]
    public void The_processors_name_comes_from_its_description() =>
        Assert.Equal("A CPU: 2 GHz", DoctorProcessor.Name("processor\t: 0\nmodel name\t: A CPU: 2 GHz\n"));

    [Fact]
    public void Threads_that_do_not_match_the_cores_are_mentioned()
    {
        Assert.Equal(DoctorStatus.Fine, DoctorTorch.Threads(4, 4, null).Status);
        Assert.Contains("OMP_NUM_THREADS=4", DoctorTorch.Threads(1, 4, "1").Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_to_is_a_problem() =>
        Assert.Equal(DoctorStatus.Problem, DoctorDisk.Writable("output folder", "/proc/none").Status);

    [Fact]
    public void A_folder_that_does_not_exist_yet_is_judged_by_the_one_above_it()
    {
        var folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName(), "deeper");

        Assert.Equal(DoctorStatus.Fine, DoctorDisk.Writable("output folder", folder).Status);
        Assert.NotEqual(DoctorStatus.Problem, DoctorDisk.FreeSpace("output folder", folder).Status);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void Little_memory_is_mentioned() => Assert.Equal(DoctorStatus.Note, DoctorSystem.Memory(1L << 29).Status);

    [Fact]
    public void The_version_is_that_of_the_library_in_use() => Assert.Matches(@"^2\.\d+\.\d+$", DoctorTorch.Version());

    [Fact]
    public void The_machine_is_described_for_a_runs_record()
    {
        var machine = MachineDescription.Current();

        Assert.NotEmpty(machine.Cpu);
        Assert.True(machine.Cores >= 1 && machine.MemoryBytes > 0 && machine.Threads >= 1);
        Assert.Equal(DoctorTorch.Version(), machine.Libtorch);
    }
}
