using System.Globalization;
using Diptych.Reports.Data;

namespace Diptych.Reports.Page;

/// <summary>What is needed to do the run again, and to doubt it.</summary>
internal static class Settings
{
    public static string Html(RunIndex run)
    {
        var body = $"""
            <p>The run again:</p><pre><code>{Markup.Text(run.Run.CommandLine)}</code></pre>
            <p>This page again, from the folder it lies in, without the networks:</p><pre><code>diptych report {Markup.Text(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(run.Folder.Path))))}</code></pre>
            <div class="columns">
            <div><h3>Model and subject</h3>{Markup.Pairs(Model(run.Run))}</div>
            <div><h3>Sampling</h3>{Markup.Pairs(Sampling(run.Run))}</div>
            <div><h3>Machine and software</h3>{Markup.Pairs(Machine(run.Run))}</div>
            </div>
            <details><summary>Every option in effect</summary>{Markup.Pairs(run.Run.Options.Select(option => (option.Key, option.Value)))}</details>
            """;
        return PageFrame.Section("settings", "Settings, machine, and how to do it again", "", body);
    }

    private static IEnumerable<(string Name, string Value)> Model(RunRecord run)
    {
        yield return ("model", $"{run.Model.Name} ({run.Model.World})");
        yield return ("folder", run.Model.Folder);
        yield return ("weights", run.Model.Hash);
        yield return ("subject", $"{run.Subject.Name}, a {run.Subject.ClassNoun}");
        if (run.Subject.Tier is { } tier)
        {
            yield return ("tier", tier);
        }

        yield return ("photos", $"{run.Subject.References.Count} for training, {run.Subject.HeldOut.Count} held out");
        if (run.Subject.Description is { } description)
        {
            yield return ("in words", description);
        }
    }

    private static IEnumerable<(string Name, string Value)> Sampling(RunRecord run)
    {
        yield return ("sampler", $"{run.Sampler.Name}, {run.Sampler.Steps} steps");
        yield return ("guidance", Notation.Decimal(run.Sampler.GuidanceScale));
        yield return ("seeds a prompt", run.Sampler.SeedsPerPrompt.ToString(CultureInfo.InvariantCulture));
        if (run.Sampler.NegativePrompt.Length > 0)
        {
            yield return ("negative prompt", run.Sampler.NegativePrompt);
        }

        yield return ("seed", run.Seed.ToString(CultureInfo.InvariantCulture));
    }

    private static IEnumerable<(string Name, string Value)> Machine(RunRecord run)
    {
        yield return ("processor", $"{run.Machine.Cpu}, {run.Machine.Cores} cores");
        yield return ("memory", Notation.Bytes(run.Machine.MemoryBytes));
        yield return ("device", run.Machine.Device);
        yield return ("system", run.Machine.Os);
        yield return ("libtorch", run.Machine.Libtorch);
        if (run.Seconds > 0)
        {
            yield return ("whole run", Notation.Duration(run.Seconds));
        }

        foreach (var (name, version) in run.Software)
        {
            yield return (name, version);
        }
    }
}
