namespace Diptych.Comparison;

/// <summary>Where a comparison stands.</summary>
/// <param name="Stage">What is being done, in words.</param>
/// <param name="StageNumber">Its number, from 1.</param>
/// <param name="Stages">Stages in all.</param>
/// <param name="Done">Units of this stage done.</param>
/// <param name="Total">Units of this stage in all.</param>
/// <param name="Rate">Units a second in this stage; 0 before the first.</param>
/// <param name="Remaining">Time left for the whole comparison, as far as the stages done so far tell.</param>
public readonly record struct ComparisonProgress(string Stage, int StageNumber, int Stages, int Done, int Total, double Rate, TimeSpan Remaining);
