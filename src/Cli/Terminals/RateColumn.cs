using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Diptych.Cli.Terminals;

/// <summary>A task's units per second.</summary>
internal sealed class RateColumn : ProgressColumn
{
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
        new Text(task.Speed is { } speed ? string.Create(CultureInfo.InvariantCulture, $"{speed:0.0}/s") : "");
}
