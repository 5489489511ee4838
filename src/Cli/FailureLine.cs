using Diptych.Common;
using Diptych.Reports;

namespace Diptych.Cli;

/// <summary>The one line a failure becomes.</summary>
internal static class FailureLine
{
    // libtorch's allocators have no exception of their own, only words: on the processor, on a GPU, and the system's below both.
    private static readonly string[] MemoryWords = ["out of memory", "can't allocate memory", "cannot allocate memory", "not enough memory"];

    /// <summary>The line for stderr and the exit code.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="verb">The verb that was run, with the program's name, for the pointer to its help.</param>
    public static (string Line, int Code) Of(Exception failure, string verb) => failure switch
    {
        UsageException => ($"diptych: {OneLine(failure.Message)} ({verb} --help tells more)", ExitCodes.Usage),
        OperationCanceledException => ("diptych: interrupted", ExitCodes.Interrupted),
        InterruptedException => ($"diptych: {OneLine(failure.Message)}", ExitCodes.Interrupted),
        DiptychException or ReportException => ($"diptych: {OneLine(failure.Message)}", ExitCodes.Failed),
        TypeInitializationException { InnerException: { } inner } => Of(inner, verb),
        _ when IsOutOfMemory(failure) => ($"diptych: out of memory: {LessMemory(verb)}.", ExitCodes.Failed),
        IOException or UnauthorizedAccessException => ($"diptych: {OneLine(failure.Message).TrimEnd('.')}: free some space, or choose another file or folder.", ExitCodes.Failed),
        _ => ($"diptych: {failure.GetType().Name}: {FirstLine(failure.Message)} ({WhereTheRestIs(failure)})", ExitCodes.Failed),
    };

    private static bool IsOutOfMemory(Exception? failure) => failure is not null
        && (failure is OutOfMemoryException || MemoryWords.Any(words => failure.Message.Contains(words, StringComparison.OrdinalIgnoreCase)) || IsOutOfMemory(failure.InnerException));

    // Only options that the verb has.
    private static string LessMemory(string verb) => verb.Split(' ') switch
    {
        [_, "train", ..] => "lower --train-batch-size (--gradient-accumulation-steps makes up for it) or --resolution, or give --use-8bit-adam, or on a GPU --gpu-levers kernels,channels-last,search",
        [_, "generate", ..] => "lower --batch-size, --height and --width, or give --precision bf16, --vae-slicing or --vae-tiling",
        [_, "compare", ..] => "lower --train-batch-size, or compare on a smaller --model",
        [_, "bench", "load", ..] or [_, "convert", ..] or [_, "model", ..] => "give --precision bf16, or end other programs",
        [_, "bench", ..] => "lower --batch or --resolution",
        _ => "end other programs, or use a machine with more of it",
    };

    // libtorch's messages carry its own stack trace below the first line.
    private static string FirstLine(string text) => text.Split('\n')[0].Trim();

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();

    private static string WhereTheRestIs(Exception failure)
    {
        var path = Path.Combine(Path.GetTempPath(), FormattableString.Invariant($"diptych-error-{DateTimeOffset.UtcNow:yyyyMMdd-HHmmss}-{Environment.ProcessId}.txt"));
        try
        {
            File.WriteAllText(path, failure.ToString());
            return $"this is a defect of the program; its full text is in {path}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"this is a defect of the program; its full text could not be written to {path}";
        }
    }
}
