using System.Runtime.InteropServices;

namespace Diptych.Common.Runtime;

/// <summary>The processor and what it is fast at.</summary>
internal static class DoctorProcessor
{
    private const string Source = "/proc/cpuinfo";

    /// <summary>The processor's description as Linux gives it; empty elsewhere.</summary>
    public static string Description() => File.Exists(Source) ? File.ReadAllText(Source) : "";

    /// <summary>The processor's name, or its architecture where the system does not say.</summary>
    public static string Name(string description) => Line(description, "model name") ?? RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>Whether bf16 products run in hardware; in software they are slower than fp32.</summary>
    public static DoctorFinding Bf16(string description)
    {
        var found = Bf16Instructions(description);
        return (description.Length, found.Count) switch
        {
            (0, _) => DoctorFinding.Note("bf16", "the processor's instructions are not known here"),
            (_, > 0) => DoctorFinding.Fine("bf16", $"in hardware ({string.Join(", ", found)}): --mixed-precision auto, the default, uses it for models larger than the embedded one"),
            _ => DoctorFinding.Note("bf16", "not in hardware (neither avx512_bf16 nor amx_bf16)", "leave --mixed-precision at auto, its default: fp32 on this CPU, where bf16 would be slower."),
        };
    }

    /// <summary>The processor's instructions for bf16 products, by their names in Linux.</summary>
    public static IReadOnlyList<string> Bf16Instructions(string description) =>
        [.. (Line(description, "flags") ?? "").Split(' ').Where(flag => flag is "avx512_bf16" or "amx_bf16").Distinct()];

    private static string? Line(string description, string key) => description.Split('\n')
        .Select(l => l.Split(':', 2)).FirstOrDefault(p => p.Length == 2 && p[0].Trim() == key)?[1].Trim();
}
