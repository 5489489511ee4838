using System.Diagnostics;
using Diptych.Cli;
using Diptych.Cli.Terminals;

namespace Diptych.Tests.Cli;

/// <summary>One call of the program inside the test process: its exit code and what it wrote.</summary>
internal sealed record CliRun(int Code, string Out, string Error)
{
    /// <summary>Lines of standard error.</summary>
    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static CliRun Of(params IReadOnlyList<string> arguments) => With(default, arguments);

    public static CliRun With(CancellationToken cancellation, params IReadOnlyList<string> arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = CommandLineProgram.Run(arguments, new Terminal(output, error), cancellation: cancellation);
        return new CliRun(code, output.ToString(), error.ToString());
    }

    /// <summary>The program as a process of its own, with some environment variables set.</summary>
    public static CliRun Process(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using var process = Start(arguments, environment);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new CliRun(process.ExitCode, output, error.Result);
    }

    /// <summary>Starts the program as a process of its own.</summary>
    public static Process Start(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Fixtures.Repository,
        };
        foreach (var argument in arguments.Prepend(Path.Combine(AppContext.BaseDirectory, "diptych.dll")))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return System.Diagnostics.Process.Start(start)!;
    }
}
