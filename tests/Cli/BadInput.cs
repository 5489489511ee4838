namespace Diptych.Tests.Cli;

/// <summary>One kind of bad input: the command it is given to, and what the one line must name.</summary>
/// <param name="Arguments">Makes the input in a folder and returns the command line; <c>out</c> below the folder is where results would go.</param>
/// <param name="Names">The file or option, and a word of the remedy.</param>
/// <param name="Code">The exit code.</param>
internal sealed record BadInput(Func<ScratchFolder, string[]> Arguments, string[] Names, int Code = 1);
