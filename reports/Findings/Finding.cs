namespace Diptych.Reports.Findings;

/// <summary>One answer of a report in words.</summary>
/// <param name="Title">What it is about, in a few words.</param>
/// <param name="Text">One or more sentences with their numbers; plain text.</param>
public sealed record Finding(string Title, string Text);
