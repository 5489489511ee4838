using Diptych.Reports.Data;

namespace Diptych.Reports.Sheets;

/// <summary>One row of a sheet.</summary>
/// <param name="Name">Bold first line of its label.</param>
/// <param name="Title">What the row is, in a few words; empty for none.</param>
/// <param name="Prompt">The prompt, shown below.</param>
/// <param name="Images">One picture for each arm; null where an arm did not draw it.</param>
internal sealed record SheetRow(string Name, string Title, string Prompt, IReadOnlyList<ImageRecord?> Images);
